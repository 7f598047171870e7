"""Lint rules for OpenAPI documents: consistent names, bounds, valid examples, complete responses."""

from __future__ import annotations

from dataclasses import dataclass

from accord.document.document import Document
from accord.lint import bounds, examples, generators, links, operations, patterns, problems, responses, yaml_scalars
from accord.lint.context import Context, Rule
from accord.lint.effective_schema import Finding
from accord.lint.profiles import Severities, Severity, name_of
from accord.validate.openapi import validity
from accord.validate.unsupported.document import unsupported

_MODULES = (operations, bounds, patterns, responses, problems, examples, links, yaml_scalars, generators)
RULES: tuple[Rule, ...] = tuple(rule for module in _MODULES for rule in module.RULES)
RULE_NAMES = tuple(map(name_of, RULES))


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
    for name, rule in zip(RULE_NAMES, RULES, strict=True):
        if severities is None or severities[name] != "off":
            found.update(dict.fromkeys(rule(context), name))
    return [
        Diagnostic(f"{document.name}:{f.line}: {f.text}", found[f], severities[found[f]] if severities else "error")
        for f in sorted(found, key=lambda f: (f.line, f.text))
    ]
