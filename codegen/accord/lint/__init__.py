"""Lint rules for OpenAPI documents: consistent names, bounds, valid examples, complete responses."""

from __future__ import annotations

from dataclasses import dataclass

from accord.document.document import Document
from accord.lint import (  # noqa: F401 - each module registers its rules
    bounds,
    examples,
    generators,
    links,
    operations,
    patterns,
    problems,
    responses,
    yaml_scalars,
)
from accord.lint.context import Context
from accord.lint.profiles import Severities
from accord.lint.rules import RULES, Finding, Severity
from accord.validate.openapi import validity
from accord.validate.unsupported.document import unsupported


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding as `openapi.yaml:LINE: what is wrong: how to fix it`; `rule` is empty if the document is invalid."""

    text: str
    rule: str
    severity: Severity


def lint(document: Document, severities: Severities | None = None) -> list[Diagnostic]:
    """The findings of all rules, by line. Without `severities`, each rule is an error.

    For a document that is invalid, or that the runtime cannot serve, the list has only the reasons: no rule is applied.
    A component that is used many times is reported once, where it is defined.
    """
    if errors := validity(document) or unsupported(document):
        return [Diagnostic(text, "", "error") for text in errors]
    context = Context.of(document)
    found: dict[Finding, str] = {}
    for name, rule in RULES.items():
        if severities is None or severities[name] != "off":
            found.update(dict.fromkeys(rule(context), name))
    return [
        Diagnostic(f"{document.name}:{f.line}: {f.text}", found[f], severities[found[f]] if severities else "error")
        for f in sorted(found, key=lambda f: (f.line, f.text))
    ]
