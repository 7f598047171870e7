"""The house rules for a contract: what keeps it unambiguous, bounded, and the same for every tool that reads it."""

from __future__ import annotations

from dataclasses import dataclass

from accord.document.document import Document
from accord.lint import bounds, examples, generators, links, operations, patterns, problems
from accord.lint import responses as answers
from accord.lint import yaml_scalars as scalars
from accord.lint.effective_schema import Finding
from accord.lint.profiles import Severities, Severity, name_of
from accord.lint.survey import Rule, survey
from accord.validate.openapi import validity
from accord.validate.unsupported.document import unsupported

RULES: tuple[Rule, ...] = (
    *operations.RULES,
    *bounds.RULES,
    *patterns.RULES,
    *answers.RULES,
    *problems.RULES,
    *examples.RULES,
    *links.RULES,
    *scalars.RULES,
    *generators.RULES,
)


NAMES = tuple(map(name_of, RULES))


@dataclass(frozen=True, slots=True)
class Reported:
    """One finding as `openapi.yaml:LINE: what is wrong: how to mend it`; `rule` is empty for what no document may say."""

    text: str
    rule: str
    severity: Severity


def lint(document: Document, severities: Severities | None = None) -> list[Reported]:
    """Every finding of the rules, by line; without `severities` each rule is an error.

    A document that is invalid, or that the engine cannot enforce, is only told why: the rules mean nothing for it.
    What is written once and used many times is reported once, where it is written.
    """
    if refused := validity(document) or unsupported(document):
        return [Reported(text, "", "error") for text in refused]
    surveyed = survey(document)
    found: dict[Finding, str] = {}
    for name, rule in zip(NAMES, RULES, strict=True):
        if severities is None or severities[name] != "off":
            found.update(dict.fromkeys(rule(surveyed), name))
    return [
        Reported(f"{document.name}:{f.line}: {f.text}", found[f], severities[found[f]] if severities else "error")
        for f in sorted(found, key=lambda f: (f.line, f.text))
    ]
