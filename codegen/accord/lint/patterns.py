"""Lint rules for regular expressions: the same meaning and bounded time in every engine."""

from __future__ import annotations

from collections.abc import Iterator

from accord.document.document import Node
from accord.jsonschema.regex.portable import fault
from accord.jsonschema.regex.safety import exponential
from accord.lint.context import Context
from accord.lint.rules import Finding, finding, rule


def _patterns(context: Context) -> Iterator[tuple[Node, str, str | None]]:
    """Every pattern, and why it is not portable, if it is not."""
    found = [(node, node.value) for _, node in context.keyword("pattern")]
    found += [(node.raw_child(text), text) for _, node in context.keyword("patternProperties") for text in node.value]
    yield from ((node, pattern, fault(pattern)) for node, pattern in found)


@rule()
def patterns_are_portable(context: Context) -> Iterator[Finding]:
    r"""Engines differ in newlines before `$`, in Unicode for `\d` and `\w`, in look-around and in flags."""
    for node, _, why in _patterns(context):
        if why is not None:
            what, _, how = why.rpartition(": ")
            yield finding(node, what, how)


@rule(common="warning")
def no_catastrophic_backtracking(context: Context) -> Iterator[Finding]:
    """A short string can block a client or gateway that matches the pattern with a backtracking engine (ReDoS)."""
    for node, pattern, why in _patterns(context):
        if why is None and exponential(pattern):
            what = "can backtrack exponentially, a nested repetition matches the same text in several ways"
            yield finding(node, what, "separate the repetitions with a character that is in neither, or remove one of them")
