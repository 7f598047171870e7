"""Rules for errors: every one is one RFC 9457 problem of a known kind."""

from __future__ import annotations

from collections.abc import Iterator

from accord.document.document import Node
from accord.lint.effective_schema import Finding, Shape, finding, written
from accord.lint.survey import Rule, Survey
from accord.openapi.response import Response

PROBLEM = "application/problem+json"
PREFIX = "/problems/"


def _shapes(survey: Survey) -> Iterator[tuple[int | str, Response, Shape]]:
    """Every documented error, ranges and `default` too, with each form that its body may have."""
    for status, response in survey.responses:
        media = response.content.get(PROBLEM)
        if media is not None and media.schema is not None:
            for shape in Shape.of((media.schema,), "response").cases():
                yield status, response, shape


def _types(shape: Shape) -> Iterator[tuple[Node, str]]:
    """The problem types that it allows, and where each one is written."""
    kind = shape.properties.get("type")
    if kind is None:
        return
    yield from ((said, str(said.value)) for said in kind.all("const"))
    for said in () if kind.has("const") else kind.all("enum"):
        yield from ((said.raw_child(index), str(value)) for index, value in enumerate(said.value))


def types_are_pinned(survey: Survey) -> Iterator[Finding]:
    """The type is what programs decide by: a response that allows any type documents nothing."""
    known = survey.document.data.get("x-accord-problems", {})
    for _, response, shape in _shapes(survey):
        types = list(_types(shape))
        if not types:
            yield finding(response.node, "does not pin `type`", f"give it a `const` or an `enum` of {PREFIX}...")
        if "type" not in {name for said in shape.all("required") for name in said.value}:
            yield finding(response.node, "does not require `type`", "add it to `required`")
        for node, kind in types:
            if not kind.startswith(PREFIX):
                yield Finding(
                    node.line, f"the problem type {kind!r} does not begin with {PREFIX}: every type is an anchor of the docs"
                )
            elif kind.removeprefix(PREFIX) not in known:
                yield Finding(node.line, f"the problem type {kind!r} is unknown: add it to `x-accord-problems`")


def statuses_are_pinned(survey: Survey) -> Iterator[Finding]:
    """RFC 9457 repeats the status in the body; the two must be one."""
    for status, response, shape in _shapes(survey):
        if not isinstance(status, int):
            continue  # a range or `default` has many
        member = shape.properties.get("status")
        said = [value for node in (member.all("const") if member else ()) for value in [node.value]]
        said += [value for node in (member.all("enum") if member else ()) for value in node.value]
        if set(said) != {status}:
            has = f"pins `status` to {said[0]}, answered as {status}" if len(said) == 1 else "does not pin `status`"
            yield finding(response.node, has, f"give `status` the `enum` [{status}]")


def types_have_one_status(survey: Survey) -> Iterator[Finding]:
    """The type becomes one exception class, which has one status."""
    first: dict[str, tuple[int | str, int]] = {}
    for status, _, shape in _shapes(survey):
        for node, kind in _types(shape):
            other, line = first.setdefault(kind, (status, node.line))
            if other != status:
                what = f"the problem type {kind!r} is answered as {status}, and as {other} in line {line}"
                yield Finding(node.line, f"{what}: give each status a type of its own")


def problems_are_used_and_told(survey: Survey) -> Iterator[Finding]:
    """`x-accord-problems` is the list that the docs pages show: no kind that never comes, none without words."""
    used = {kind for _, _, shape in _shapes(survey) for _, kind in _types(shape)}
    root = survey.document.root.get("x-accord-problems")
    for slug, node in written(root):
        if PREFIX + slug not in used:
            yield Finding(node.line, f"the problem {slug!r} is used by no response: remove it")
        for member in ("title", "description"):
            if not isinstance(node.value, dict) or not node.value.get(member):
                yield Finding(node.line, f"the problem {slug!r} has no {member}: add it")


RULES: tuple[Rule, ...] = (
    types_are_pinned,
    statuses_are_pinned,
    types_have_one_status,
    problems_are_used_and_told,
)
