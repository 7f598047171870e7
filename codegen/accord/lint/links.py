"""Rules for links: each leads to an operation, with what that operation needs."""

from __future__ import annotations

from collections.abc import Iterator

from accord.document.document import Node
from accord.lint.effective_schema import Finding, Shape, finding
from accord.lint.survey import Rule, Survey
from accord.openapi.operation import Operation
from accord.openapi.response import Response


def _links(survey: Survey) -> Iterator[tuple[Operation, Response, Node]]:
    for operation in survey.operations:
        for response in operation.responses.values():
            links = response.node.get("links")
            for _, link in links.named() if links else ():
                yield operation, response, link


def links_lead_somewhere(survey: Survey) -> Iterator[Finding]:
    """A link is a promise that clients and stateful fuzzers follow: its target and its parameters must exist."""
    targets = {operation.id: operation for operation in survey.operations}
    for _, _, link in _links(survey):
        name = link.value.get("operationId")
        target = targets.get(name)
        if name is None:
            yield finding(link, "names no operationId", "name its target by operationId")
        elif target is None:
            yield finding(link.raw_child("operationId"), f"names {name!r}, which is no operation", "correct it")
        else:
            yield from _parameters(link, target)


def _parameters(link: Node, target: Operation) -> Iterator[Finding]:
    names = {name for parameter in target.parameters for name in (parameter.name, f"{parameter.place}.{parameter.name}")}
    given = link.value.get("parameters", {})
    for name in given:
        if name not in names:
            node = link.raw_child("parameters").raw_child(name)
            yield finding(node, f"gives {name!r}, which {target.id} does not declare", "correct or remove it")
    for parameter in target.parameters:
        if parameter.place == "path" and not {parameter.name, f"path.{parameter.name}"} & set(given):
            yield finding(link, f"leaves out {parameter.name!r}, which the path of {target.id} needs", "add it to `parameters`")
    if "requestBody" in link.value and not target.bodies:
        yield finding(link.raw_child("requestBody"), f"is sent to {target.id}, which takes no body", "remove it")


def expressions_find_something(survey: Survey) -> Iterator[Finding]:
    """A runtime expression that finds nothing leaves the link without its value: the link is never followed."""
    for operation, response, link in _links(survey):
        parameters = link.value.get("parameters", {})
        nodes = [link.raw_child("parameters").raw_child(name) for name in parameters]
        if "requestBody" in link.value:
            body = link.raw_child("requestBody")
            nodes += [body.raw_child(name) for name in body.value] if isinstance(body.value, dict) else [body]
        for node in nodes:
            if isinstance(node.value, str) and node.value.startswith("$") and not _finds(node.value, operation, response):
                yield finding(node, f"is {node.value}, which is not described here", "correct it")


def _finds(expression: str, operation: Operation, response: Response) -> bool:
    source, _, pointer = expression.partition("#")
    what, _, name = source.removeprefix("$response.").removeprefix("$request.").partition(".")
    if source.startswith("$response.") and what == "header":
        return name.lower() in {header.name.lower() for header in response.headers}
    if source.startswith("$request.") and what != "body":
        return any(p.place == what and p.name == name for p in operation.parameters)
    content = response.content if source == "$response.body" else operation.bodies if source == "$request.body" else None
    if content is None:
        return source in ("$url", "$method", "$statusCode")
    return any(
        _described(Shape.of((media.schema,), "response"), pointer.split("/")[1:]) for media in content.values() if media.schema
    )


def _described(shape: Shape, path: list[str]) -> bool:
    """Whether a JSON Pointer leads to something that the schema describes."""
    if not path:
        return True
    head, *rest = path
    members = shape.properties
    if head in members:
        return _described(members[head], rest)
    if head.isdecimal() and shape.items is not None:
        return _described(shape.items, rest)
    return any(_described(branch, path) for branch in shape.alternatives)


RULES: tuple[Rule, ...] = (links_lead_somewhere, expressions_find_something)
