"""The links of a response: each returns the next request, with typed arguments."""

from __future__ import annotations

import contextlib
import json
from typing import Any

from accord.document.document import Node
from accord.document.findings import Finding
from accord.document.identifiers import distinct, python_name
from accord.document.pointer import fragment_tokens
from accord.generate.ir.faults import each
from accord.generate.ir.nodes import Argument, Link
from accord.generate.ir.operations.request import Request
from accord.generate.ir.operations.response import Answer
from accord.openapi.expressions import expressions
from accord.openapi.parameter import Parameter
from accord.openapi.response import Response


class Links:
    """Resolves links to operations; `used` are the classes that they lead to, `faults` the links that cannot be followed."""

    def __init__(self, targets: list[Request]) -> None:
        self._by_id = {target.operation.id: target for target in targets}
        self._by_pointer = {tuple(map(str, target.operation.node.pointer)): target for target in targets}
        self.used: set[str] = set()
        self.faults: list[Finding] = []

    def of(self, answer: Answer, source: Request) -> tuple[Link, ...]:
        """The links of a response to the request `source`."""
        response = answer.response
        named = response.links.named() if response.links is not None else ()
        links = each(((node, (name, node)) for name, node in named), lambda pair: (*pair, self._target(pair[1])), self.faults)
        followed = [
            (name, node, target)
            for name, node, target in links
            if target is not None and (answer.is_json or not _reads_body(node, response))
        ]
        methods = distinct((name, f"link_{python_name(name)}") for name in sorted(name for name, _, _ in followed))
        self.used |= {target.name for _, _, target in followed}
        found = ((node, (methods[name], node, target)) for name, node, target in followed)
        return tuple(each(found, lambda link: _link(*link, response, source), self.faults))

    def _target(self, node: Node) -> Request | None:
        """The operation that a link leads to; None if it is one of another document."""
        if (reference := node.value.get("operationId")) is not None:
            target = self._by_id.get(reference)
        else:
            reference = str(node.value.get("operationRef", ""))
            if not reference.startswith("#"):
                return None
            target = self._by_pointer.get(tuple(fragment_tokens(reference)))
        if target is None:
            raise node.error(f"the link leads to {reference!r}, which is not an operation of this document: correct it")
        return target


def origin(expression: str, source: Request) -> Argument | None:
    """The value of a request that an expression refers to, as an argument; None if it does not refer to the request."""
    if expression in ("$url", "$method"):
        return Argument(expression[1:], "str")
    for parameter in source.operation.parameters:
        if expression == f"$request.{parameter.place}.{parameter.name}":
            return source.argument(parameter, required=parameter.required)
    if expression.partition("#")[0] == "$request.body" and source.bodies:
        return Argument("body", source.body)
    return None


def _reads_body(node: Node, response: Response) -> bool:
    """Whether a link reads the JSON of a response, which its other media types do not have."""
    values = [*node.value.get("parameters", {}).values(), node.value.get("requestBody")]
    found = [one for value in values if isinstance(value, str) for one in expressions(value)]
    return bool(response.content) and any(one.startswith("$response.body") for one in found)


def _link(name: str, node: Node, target: Request, response: Response, source: Request) -> Link:
    operation, values = target.operation, _values(node, target)
    body = node.value.get("requestBody")
    request = _request([*values.values(), body], node, response, source)
    path = {p.argument for p in operation.parameters if p.place == "path"}
    if missing := path - values.keys():
        raise node.error(f"the link does not set {', '.join(sorted(missing))} of its path: add it to `parameters`")
    given = [p for p in operation.parameters if p.argument in values]
    return Link(
        name=name,
        description=node.value.get("description") or target.title,
        arguments=tuple({argument.name: argument for argument in request.values()}.values()),
        target=target.name,
        method=operation.method,
        values=values,
        request={expression: argument.name for expression, argument in request.items()},
        required=tuple(sorted(path)),
        texts=tuple(one for one in values if target.annotations(one) == ["str"]),
        query=tuple((p.argument, p.name, p.style, p.explode) for p in given if p.place == "query"),
        headers=tuple((p.argument, p.name) for p in given if p.place == "header"),
        body=body,
    )


def _values(node: Node, target: Request) -> dict[str, Any]:
    """The expressions and constants by the argument that they fill."""
    named: dict[str, Parameter] = {}
    for parameter in target.operation.parameters:
        named.setdefault(parameter.name, parameter)
        named[f"{parameter.place}.{parameter.name}"] = parameter
    values = {}
    for name, value in node.value.get("parameters", {}).items():
        if name not in named:
            given = node.raw_child("parameters").raw_child(name)
            raise given.error(f"the link sets {name!r}, which is not a parameter of {target.operation.id}: correct it")
        argument = named[name].argument
        values[argument] = _constant(value, target.annotations(argument))
    return values


def _constant(value: Any, annotations: list[str]) -> Any:  # noqa: ANN401 - any JSON value
    """An expression as it is; a constant, which OpenAPI writes as a string, as a value of the argument."""
    if isinstance(value, str) and not expressions(value) and "str" not in annotations:
        with contextlib.suppress(ValueError):
            return json.loads(value)
    return value


def _request(values: list[Any], node: Node, response: Response, source: Request) -> dict[str, Argument]:
    """The arguments of the method, by the expression about the request that each of them supplies."""
    found: dict[str, Argument] = {}
    for expression in (one for value in values if isinstance(value, str) for one in expressions(value)):
        argument = origin(expression, source)
        if argument is not None:
            found[expression.partition("#")[0]] = argument
        elif not _in_response(expression, response):
            raise node.error(f"{expression} is not documented for this response or its request: correct it")
    wanted = dict.fromkeys(argument.name for argument in found.values())
    names = distinct(((name, name) for name in wanted), taken=("arguments", "link_arguments", "evaluate", "self"))
    return {expression: Argument(names[one.name], one.annotation) for expression, one in found.items()}


def _in_response(expression: str, response: Response) -> bool:
    if expression == "$statusCode":
        return True
    if expression.partition("#")[0] == "$response.body":
        return bool(response.content)
    return expression.lower() in {f"$response.header.{header.name}".lower() for header in response.handler_headers}
