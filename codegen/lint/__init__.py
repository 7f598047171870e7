"""The house rules for a contract: what keeps it unambiguous, bounded, and the same for every tool that reads it."""

from __future__ import annotations

from app.engine.document import Document
from app.engine.support import unsupported
from codegen.lint import answers, bounds, examples, generators, links, operations, patterns, problems, scalars
from codegen.lint.survey import Rule, survey
from codegen.validity import validity

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


def lint(document: Document) -> list[str]:
    """Every finding as `openapi.yaml:LINE: what is wrong: how to mend it`, by line.

    A document that is invalid, or that the engine cannot enforce, is only told why: the house rules mean nothing for it.
    What is written once and used many times is reported once, where it is written.
    """
    if refused := validity(document) or unsupported(document):
        return refused
    surveyed = survey(document)
    findings = {finding for rule in RULES for finding in rule(surveyed)}
    return [f"{document.name}:{f.line}: {f.text}" for f in sorted(findings, key=lambda f: (f.line, f.text))]
