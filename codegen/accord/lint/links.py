"""Lint rules for links: the target operation, its parameters and the runtime expressions exist."""

from __future__ import annotations

from collections.abc import Iterator

from accord.document.document import Node
from accord.lint.context import Context
from accord.lint.effective_schema import EffectiveSchema
from accord.lint.rules import Finding, finding, rule
from accord.openapi.operation import Operation
from accord.openapi.response import Response


@rule(common="error")
def links_resolve(context: Context) -> Iterator[Finding]:
    """Clients and stateful fuzzers follow links, so the target operation and its parameters must exist."""
    targets = {operation.id: operation for operation in context.operations}
    for _, _, link in context.links:
        name = link.value.get("operationId")
        target = targets.get(name)
        if name is None:
            yield finding(link, "has no operationId", "identify the target by operationId")
        elif target is None:
            yield finding(link.raw_child("operationId"), f"is {name!r}, which is not an operation", "correct it")
        else:
            yield from _parameters(link, target)


def _parameters(link: Node, target: Operation) -> Iterator[Finding]:
    names = {name for parameter in target.parameters for name in (parameter.name, f"{parameter.place}.{parameter.name}")}
    given = link.value.get("parameters", {})
    for name in given:
        if name not in names:
            node = link.raw_child("parameters").raw_child(name)
            yield finding(node, f"sets {name!r}, which is not a parameter of {target.id}", "correct or remove it")
    for parameter in target.parameters:
        if parameter.place == "path" and not {parameter.name, f"path.{parameter.name}"} & set(given):
            what = f"does not set the path parameter {parameter.name!r} of {target.id}"
            yield finding(link, what, "add it to `parameters`")
    if "requestBody" in link.value and not target.bodies:
        yield finding(link.raw_child("requestBody"), f"is sent to {target.id}, which takes no body", "remove it")


@rule(common="error")
def link_expressions_resolve(context: Context) -> Iterator[Finding]:
    """A runtime expression without a value breaks the link: clients cannot follow it."""
    for operation, response, link in context.links:
        nodes = [node for _, node in link.raw_child("parameters").written()] if "parameters" in link.value else []
        if "requestBody" in link.value:
            body = link.raw_child("requestBody")
            nodes += [node for _, node in body.written()] if isinstance(body.value, dict) else [body]
        for node in nodes:
            if isinstance(node.value, str) and node.value.startswith("$") and not _resolves(node.value, operation, response):
                yield finding(node, f"is {node.value}, which is not defined here", "correct it")


def _resolves(expression: str, operation: Operation, response: Response) -> bool:
    source, _, pointer = expression.partition("#")
    part, _, name = source.removeprefix("$response.").removeprefix("$request.").partition(".")
    if source.startswith("$response.") and part == "header":
        return name.lower() in {header.name.lower() for header in response.headers}
    if source.startswith("$request.") and part != "body":
        return any(p.place == part and p.name == name for p in operation.parameters)
    content = response.content if source == "$response.body" else operation.bodies if source == "$request.body" else None
    if content is None:
        return source in ("$url", "$method", "$statusCode")
    return any(_defines(EffectiveSchema.of(media.schema), pointer.split("/")[1:]) for media in content.values() if media.schema)


def _defines(schema: EffectiveSchema, path: list[str]) -> bool:
    """Whether the schema defines the value at a JSON Pointer."""
    if not path:
        return True
    head, *rest = path
    members = schema.properties
    if head in members:
        return _defines(members[head], rest)
    if head.isdecimal() and schema.items is not None:
        return _defines(schema.items, rest)
    return any(_defines(branch, path) for branch in schema.alternatives)
