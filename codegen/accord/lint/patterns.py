"""Rules for regular expressions: the same meaning and a bounded time in every engine."""

from __future__ import annotations

from collections.abc import Iterator

from accord.document.document import Node
from accord.jsonschema.regex.portable import fault
from accord.jsonschema.regex.safety import exponential
from accord.lint.effective_schema import Finding, finding
from accord.lint.survey import Rule, Survey


def _patterns(survey: Survey) -> Iterator[tuple[Node, str]]:
    for shape in survey.shapes:
        for said in shape.all("pattern"):
            yield said, said.value
        for said in shape.all("patternProperties"):
            yield from ((said.raw_child(pattern), pattern) for pattern in said.value)


def patterns_mean_one_thing(survey: Survey) -> Iterator[Finding]:
    r"""Engines differ in newlines before `$`, in Unicode for `\d` and `\w`, in look-around and flags; the document may not."""
    for node, pattern in _patterns(survey):
        if (why := fault(pattern)) is not None:
            what, _, how = why.rpartition(": ")
            yield finding(node, what, how)


def patterns_take_bounded_time(survey: Survey) -> Iterator[Finding]:
    """A client or a gateway that checks the pattern with a backtracking engine can be stopped with one short text."""
    for node, pattern in _patterns(survey):
        if fault(pattern) is None and exponential(pattern):
            how = "separate the repetitions with a character that is in neither, or repeat once"
            yield finding(
                node, "can take exponential time: a repetition inside of a repetition reads the same text in several ways", how
            )


RULES: tuple[Rule, ...] = (patterns_mean_one_thing, patterns_take_bounded_time)
