"""The links of an answer as methods of its class: each returns the next request, its arguments typed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from accord.document.document import DocumentError, Node
from accord.document.findings import Finding
from accord.document.identifiers import distinct, python_name
from accord.document.pointer import unescaped
from accord.generate.emit.source import docstring, string
from accord.generate.ir.annotations import union
from accord.generate.ir.requests import Inputs
from accord.generate.ir.responses import Output
from accord.openapi.expressions import expressions
from accord.openapi.parameter import Parameter, Response


@dataclass(frozen=True, slots=True)
class Target:
    """An operation to which links may lead, and its class."""

    name: str
    inputs: Inputs


class Links:
    """All operations of a document, by what links call them."""

    def __init__(self, targets: list[Target]) -> None:
        self._by_id = {target.inputs.operation.id: target for target in targets}
        self._by_pointer = {tuple(map(str, target.inputs.operation.node.pointer)): target for target in targets}
        self.used: set[str] = set()  # classes to which links lead
        self.faults: list[Finding] = []

    def text(self, output: Output, source: Inputs) -> str:
        """The methods of a class of answers, not formatted; what is wrong with its links is added to `faults`."""
        response = output.response
        found: list[tuple[str, Node, Target]] = []
        for name, link in response.links.named() if response.links is not None else ():
            try:
                target = self._target(link)
            except DocumentError as error:
                self.faults += error.findings
                continue
            if target is not None and (output.holds_json or not _reads_body(link, response)):
                found.append((name, link, target))
        methods = distinct((name, f"link_{python_name(name)}") for name in sorted(name for name, _, _ in found))
        self.used |= {target.name for _, _, target in found}
        written = []
        for name, link, target in found:
            try:
                written.append(_method(methods[name], link, target, response, source))
            except DocumentError as error:
                self.faults += error.findings
        return "\n".join(written)

    def _target(self, link: Node) -> Target | None:
        """Where a link leads; None: to the document of another service."""
        if (written := link.value.get("operationId")) is not None:
            target = self._by_id.get(written)
        else:
            written = str(link.value.get("operationRef", ""))
            if not written.startswith("#"):
                return None
            target = self._by_pointer.get(tuple(map(unescaped, written.split("/")[1:])))
        if target is None:
            raise link.error(f"the link leads to {written!r}, which is no operation here: correct it")
        return target


def arguments(inputs: Inputs) -> str:
    """The class of an operation's arguments, as links give them."""
    fields = "".join(f"    {p.argument}: {union(inputs.parameter(p.argument))}\n" for p in inputs.operation.parameters)
    return f'''
class Arguments(TypedDict, total=False):
    """What links give of the arguments of this operation."""

{fields}'''


def _reads_body(link: Node, response: Response) -> bool:
    """Whether a link finds something in the JSON of an answer, which other media types of the response have not."""
    written = [*link.value.get("parameters", {}).values(), link.value.get("requestBody")]
    found = [one for value in written if isinstance(value, str) for one in expressions(value)]
    return bool(response.content) and any(one.startswith("$response.body") for one in found)


def _method(name: str, link: Node, target: Target, response: Response, source: Inputs) -> str:
    wanted = _wanted(link, target)
    body = link.value.get("requestBody")
    request = _request([*wanted.values(), body], link, response, source)
    operation = target.inputs.operation
    places = {p.argument: p for p in operation.parameters if p.argument in wanted}
    path = {p.argument for p in operation.parameters if p.place == "path"}
    if lacking := path - wanted.keys():
        raise link.error(f"the link gives no {', '.join(sorted(lacking))} for its path: add it to `parameters`")
    texts = [one for one in wanted if target.inputs.parameter(one) == ["str"]]
    options = [
        f"needed=({''.join(f'{string(one)}, ' for one in sorted(path))})" if path else "",
        f"texts=({''.join(f'{string(one)}, ' for one in texts)})" if texts else "",
    ]
    query = [
        f"({string(a)}, {string(p.name)}, {string(p.style)}, {p.explode})" for a, p in places.items() if p.place == "query"
    ]
    headers = [f"({string(a)}, {string(p.name)})" for a, p in places.items() if p.place == "header"]
    values = ", ".join(f"{string(expression)}: {argument}" for expression, (argument, _) in request.items())
    given = [
        f"query=({', '.join(query)},)" if query else "",
        f"headers=({', '.join(headers)},)" if headers else "",
        f"body=evaluated({body!r}, self, {{{values}}})" if body is not None else "",
    ]
    own = ", ".join(f"{argument}: {kind}" for argument, kind in dict(request.values()).items())
    filled = ", ".join(f'{one}=arguments["{one}"]' for one in sorted(path))
    looked = ", ".join(filter(None, ["self", f"{{{values}}}", repr(wanted), *options]))
    next_ = ", ".join(filter(None, [string(operation.method), f"{target.name}.path({filled})", "arguments", *given]))
    about = link.value.get("description") or f"{operation.method} {operation.path}: {operation.summary}".rstrip(": ")
    kind = f"{target.name}.Arguments"
    return f"""
def {name}(self{f", *, {own}" if own else ""}) -> Link[{kind}]:
{docstring(about)}    arguments: {kind} = linked({looked})
    return Link.of({next_})
"""


def _wanted(link: Node, target: Target) -> dict[str, Any]:
    """The expressions and constants by the argument that they fill."""
    named: dict[str, Parameter] = {}
    for parameter in target.inputs.operation.parameters:
        named.setdefault(parameter.name, parameter)
        named[f"{parameter.place}.{parameter.name}"] = parameter
    wanted = {}
    for name, value in link.value.get("parameters", {}).items():
        if name not in named:
            given = link.raw_child("parameters").raw_child(name)
            raise given.error(f"the link gives {name!r}, which {target.inputs.operation.id} does not take: correct it")
        argument = named[name].argument
        wanted[argument] = _constant(value, target.inputs.parameter(argument))
    return wanted


def _constant(written: Any, kinds: list[str]) -> Any:  # noqa: ANN401 - any JSON value
    """An expression as it is; a constant, which OpenAPI writes as a text, as a value of the argument."""
    if isinstance(written, str) and not expressions(written) and "str" not in kinds:
        with contextlib.suppress(ValueError):
            return json.loads(written)
    return written


def _request(values: list[Any], link: Node, response: Response, source: Inputs) -> dict[str, tuple[str, str]]:
    """What the method is told of the request: argument and type, by the expression for which they stand."""
    found: dict[str, tuple[str, str]] = {}
    for expression in (one for value in values if isinstance(value, str) for one in expressions(value)):
        kind = origin(expression, source)
        if kind is not None:
            found[expression.partition("#")[0]] = kind
        elif not _answered(expression, response):
            raise link.error(f"{expression} is nothing that the document describes here: correct it")
    names = distinct(((name, name) for name in dict(found.values())), taken=("arguments", "linked", "evaluated", "self"))
    return {expression: (names[name], kind) for expression, (name, kind) in found.items()}


def origin(expression: str, source: Inputs) -> tuple[str, str] | None:
    """The argument of a request in which an expression finds its value, and its type; None: it speaks of no request."""
    if expression in ("$url", "$method"):
        return expression[1:], "str"
    by_place: Mapping[str, Parameter] = {f"$request.{p.place}.{p.name}": p for p in source.operation.parameters}
    if expression in by_place:
        argument = by_place[expression].argument
        return argument, union([*source.parameter(argument), *["None"] * (not by_place[expression].required)])
    if expression.partition("#")[0] == "$request.body" and source.bodies:
        return "body", source.body
    return None


def _answered(expression: str, response: Response) -> bool:
    if expression == "$statusCode":
        return True
    if expression.partition("#")[0] == "$response.body":
        return bool(response.content)
    names = {f"$response.header.{header.name}".lower() for header in response.handler_headers}
    return expression.lower() in names
