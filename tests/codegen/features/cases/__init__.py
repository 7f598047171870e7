"""The cases, a file for each section of the feature documents."""

from __future__ import annotations

from tests.codegen.features.cases import answers, bodies, legacy, parameters, paths, schemas, security, users

CASES = [
    *[
        ("features.yaml", case)
        for section in (paths, parameters, bodies, schemas, answers, security, users)
        for case in section.CASES
    ],
    *[("features30.yaml", case) for case in legacy.CASES],
]
