"""Lint rules for errors: each one is an RFC 9457 problem of a documented type."""

from __future__ import annotations

from collections.abc import Iterator

from accord.document.document import Node
from accord.lint.context import Context, written
from accord.lint.effective_schema import EffectiveSchema
from accord.lint.rules import Finding, finding, rule
from accord.openapi.response import Response

PROBLEM = "application/problem+json"
PREFIX = "/problems/"


def _problems(context: Context) -> Iterator[tuple[int | str, Response, EffectiveSchema]]:
    """Every documented problem body, ranges and `default` included; a body with alternatives once for each of them."""
    for status, response in context.responses:
        media = response.content.get(PROBLEM)
        if media is not None and media.schema is not None:
            for schema in EffectiveSchema.of(media.schema).cases:
                yield status, response, schema


def _listed(schema: EffectiveSchema | None) -> Iterator[Node]:
    """The values that `const` or `enum` allows; `const` wins if both are used."""
    if schema is not None:
        yield from schema.all("const")
        for node in () if schema.has("const") else schema.all("enum"):
            yield from map(node.raw_child, range(len(node.value)))


@rule()
def problems_declare_type(context: Context) -> Iterator[Finding]:
    """Programs branch on the problem type: a response that allows any type documents nothing."""
    declared = context.document.data.get("x-accord-problems", {})
    for _, response, schema in _problems(context):
        types = list(_listed(schema.properties.get("type")))
        if not types:
            yield finding(response.node, "does not restrict `type`", f"add a `const` or an `enum` of {PREFIX}... values")
        if "type" not in {name for node in schema.all("required") for name in node.value}:
            yield finding(response.node, "does not require `type`", "add it to `required`")
        for node in types:
            kind = str(node.value)
            if not kind.startswith(PREFIX):
                what = f"the problem type {kind!r} does not begin with {PREFIX}"
                yield Finding(node.line, f"{what}: use a path that the docs pages serve")
            elif kind.removeprefix(PREFIX) not in declared:
                yield Finding(node.line, f"the problem type {kind!r} is not declared: add it to `x-accord-problems`")


@rule(common="error")
def problem_status_matches_response(context: Context) -> Iterator[Finding]:
    """RFC 9457 repeats the status in the body; both must be the same."""
    for status, response, schema in _problems(context):
        if not isinstance(status, int):
            continue  # a range or `default` has many
        member = schema.properties.get("status")
        values = [node.value for node in (member.all("const") if member else ())]
        values += [value for node in (member.all("enum") if member else ()) for value in node.value]
        if set(values) != {status}:
            what = (
                f"restricts `status` to {values[0]} in a {status} response"
                if len(values) == 1
                else "does not restrict `status`"
            )
            yield finding(response.node, what, f"set its `enum` to [{status}]")


@rule(common="error")
def problem_type_has_one_status(context: Context) -> Iterator[Finding]:
    """Each type becomes one exception class, which has one status."""
    first: dict[str, tuple[int | str, int]] = {}
    for status, _, schema in _problems(context):
        for node in _listed(schema.properties.get("type")):
            kind = str(node.value)
            other, line = first.setdefault(kind, (status, node.line))
            if other != status:
                what = f"the problem type {kind!r} is used with status {status}, and with {other} on line {line}"
                yield Finding(node.line, f"{what}: use a separate type for each status")


@rule()
def problem_types_are_used_and_documented(context: Context) -> Iterator[Finding]:
    """The docs pages list `x-accord-problems`: no type that is never returned, and none without an explanation."""
    used = {str(node.value) for _, _, schema in _problems(context) for node in _listed(schema.properties.get("type"))}
    for name, node in written(context.document.root.get("x-accord-problems")):
        if PREFIX + name not in used:
            yield Finding(node.line, f"the problem {name!r} is not used by any response: remove it")
        for member in ("title", "description"):
            if not isinstance(node.value, dict) or not node.value.get(member):
                yield Finding(node.line, f"the problem {name!r} has no {member}: add it")
