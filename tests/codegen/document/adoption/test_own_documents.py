"""Documents with features that openapi.yaml does not use: generated, type-checked, mocked and fuzzed with all checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.toolkit.public_documents import report as specs

pytestmark = pytest.mark.slow

DOCUMENTS = sorted((Path(__file__).parent / "own").glob("*.yaml"))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.stem)
def test_goes_from_generation_to_the_fuzz_without_a_failure(document):
    outcome = specs.examined(document)

    assert (outcome.failures, outcome.limits, outcome.misjudged) == ([], 0, 0), outcome.said
    assert (outcome.operations > 0, outcome.lines > 50, outcome.cases > 100) == (True, True, True)
