"""What the document says of each operation, as plain typed values: read by the engine at start and by the generator."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal

from app.engine.document import Document, DocumentError, Node

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

Place = Literal["path", "query", "header", "cookie"]

# Response headers that the engine writes itself; a handler is not asked for them.
ENGINE_HEADERS = frozenset(
    {
        "x-request-id",
        "ratelimit",
        "ratelimit-policy",
        "retry-after",
        "www-authenticate",
        "allow",
        "accept",
        "content-type",
        "content-length",
    }
)


def snake_case(name: str) -> str:
    """`listUsers`, `If-Match`, `page_size` as Python names: `list_users`, `if_match`, `page_size`."""
    words = re.sub(r"([a-z0-9])([A-Z])|([A-Z])(?=[A-Z][a-z])", r"\1\3_\2", name)
    return re.sub(r"\W+", "_", words).strip("_").lower()


def pascal_case(name: str) -> str:
    """`listUsers` and `user-profiles` as class names: `ListUsers`, `UserProfiles`."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))


def python_name(name: str, taken: frozenset[str] = frozenset()) -> str:
    """The name as an identifier in snake_case; Python's keywords and names in `taken` get a trailing underscore.

    Two names may become the same identifier; `app.engine.support` refuses such documents.
    """
    words = snake_case(name)
    identifier = words if words.isidentifier() else f"_{words}"
    return f"{identifier}_" if keyword.iskeyword(identifier) or identifier in taken else identifier


# Names that mean something else where the generated code declares arguments of handlers and fields of answers.
ARGUMENTS_TAKEN = frozenset({"self", "call", "body", "quote", "str"})
FIELDS_TAKEN = frozenset({"self", "status", "headers", "body", "str", "int", "float", "bool"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; `argument` is the name under which the handler receives it."""

    name: str
    place: Place
    required: bool
    schema: Node
    style: str
    explode: bool
    node: Node

    @property
    def argument(self) -> str:
        """The keyword argument of the handler."""
        return python_name(self.name, ARGUMENTS_TAKEN)

    @property
    def default(self) -> Any:  # noqa: ANN401 - any JSON value
        """The value of an absent parameter: the schema's `default`, else None."""
        return self.schema.value.get("default")


@dataclass(frozen=True, slots=True)
class Header:
    """One response header."""

    name: str
    required: bool
    schema: Node

    @property
    def argument(self) -> str:
        """The keyword argument of the answer."""
        return python_name(self.name.lower(), FIELDS_TAKEN)

    @property
    def constant(self) -> str | None:
        """The one value that the document allows, which the engine then writes by itself."""
        value = self.schema.value.get("const")
        return str(value) if self.required and value is not None else None


@dataclass(frozen=True, slots=True)
class Response:
    """One documented answer."""

    status: int
    headers: tuple[Header, ...]
    content: dict[str, Node]
    node: Node

    @property
    def phrase(self) -> str:
        """The words of the status: `No Content`."""
        return next((known.phrase for known in HTTPStatus if known == self.status), f"Status {self.status}")

    @property
    def name(self) -> str:
        """The class of the answer: the words of the status, `OK` or `NoContent`."""
        return pascal_case(self.phrase)

    @property
    def handler_headers(self) -> tuple[Header, ...]:
        """The headers that a handler gives."""
        return tuple(h for h in self.headers if h.name.lower() not in ENGINE_HEADERS and h.constant is None)

    @property
    def problem_types(self) -> tuple[str, ...]:
        """The values of `type` that a problem of this response may have; empty if the document does not say."""
        media = self.content.get("application/problem+json")
        kinds = media.value.get("properties", {}).get("type", {}) if media is not None else {}
        if not kinds and media is not None:
            kinds = media.resolved().value.get("properties", {}).get("type", {})
        return (kinds["const"],) if "const" in kinds else tuple(kinds.get("enum", ()))


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    parameters: tuple[Parameter, ...]
    bodies: dict[str, Node]
    body_required: bool
    responses: dict[int, Response]
    security: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]
    node: Node

    @property
    def revalidates(self) -> bool:
        """Whether the engine answers `If-None-Match` by itself: the header, 304 and an ETag are documented."""
        answer = self.responses.get(HTTPStatus.OK)
        tagged = answer is not None and any(h.name.lower() == "etag" and h.required for h in answer.headers)
        asked = any(p.name.lower() == "if-none-match" for p in self.parameters)
        return asked and tagged and HTTPStatus.NOT_MODIFIED in self.responses

    @property
    def arguments(self) -> tuple[Parameter, ...]:
        """The parameters that reach the handler."""
        return tuple(p for p in self.parameters if not (self.revalidates and p.name.lower() == "if-none-match"))

    @property
    def successes(self) -> tuple[Response, ...]:
        """The answers that a handler gives: neither problems nor the engine's own 304."""
        return tuple(
            response
            for status, response in self.responses.items()
            if status < 400 and not (status == 304 and self.revalidates)  # noqa: PLR2004
        )

    @property
    def problems(self) -> tuple[Response, ...]:
        """The documented errors."""
        return tuple(response for status, response in self.responses.items() if status >= 400)  # noqa: PLR2004


def _parameter(node: Node) -> Parameter:
    value = node.value
    schema = node.get("schema")
    if schema is None:
        raise DocumentError(f"{node.where}: parameter {value.get('name')!r}: only parameters with a schema are supported")
    place: Place = value["in"]
    style = value.get("style", "form" if place in ("query", "cookie") else "simple")
    return Parameter(
        name=value["name"],
        place=place,
        required=value.get("required", False),
        schema=schema,
        style=style,
        explode=value.get("explode", style == "form"),
        node=node,
    )


def _response(status: str, node: Node) -> Response:
    if not (status.isdecimal() and len(status) == 3):  # noqa: PLR2004
        raise DocumentError(f"{node.where}: response {status!r}: only three-digit statuses are supported: list each one")
    headers = node.get("headers")
    content = node.get("content")
    return Response(
        status=int(status),
        headers=tuple(
            Header(name, header.value.get("required", False), schema)
            for name, header in (headers.named() if headers else ())
            if (schema := header.get("schema")) is not None
        ),
        content={
            media: item.raw_child("schema") for media, item in (content.items() if content else ()) if "schema" in item.value
        },
        node=node,
    )


def _operation(path: str, method: str, item: Node, node: Node) -> Operation:
    parameters: dict[tuple[str, str], Parameter] = {}
    for owner in (item, node):
        declared = owner.get("parameters")
        for element in declared.elements() if declared else ():
            parameter = _parameter(element)
            parameters[parameter.place, parameter.name] = parameter
    if not isinstance(operation_id := node.value.get("operationId"), str):
        raise DocumentError(
            f"{node.where}: {method.upper()} {path} has no operationId: give it one, verb and noun in camelCase"
        )
    body = node.get("requestBody")
    content = body.get("content") if body else None
    responses = node.get("responses")
    security = node.value.get("security", node.document.data.get("security", []))
    return Operation(
        id=operation_id,
        method=method.upper(),
        path=path,
        tag=(node.value.get("tags") or ["default"])[0],
        summary=node.value.get("summary", ""),
        parameters=tuple(parameters.values()),
        bodies={media: value.raw_child("schema") for media, value in (content.items() if content else ())},
        body_required=bool(body and body.value.get("required", False)),
        responses={r.status: r for r in (_response(*item) for item in (responses.items() if responses else ()))},
        security=tuple(tuple((scheme, tuple(scopes)) for scheme, scopes in alternative.items()) for alternative in security),
        node=node,
    )


@dataclass(frozen=True, slots=True)
class Description:
    """All operations of a document, in the written order."""

    document: Document
    operations: tuple[Operation, ...]
    aliases: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document) -> Description:
        """Read the paths.

        Raises:
            DocumentError: something that the engine cannot serve, with its line.
        """
        paths = document.root.get("paths")
        operations: dict[str, Operation] = {}
        for path, item in paths.items() if paths else ():
            for method in METHODS:
                if (node := item.get(method)) is not None:
                    operation = _operation(path, method, item, node)
                    if (other := operations.get(operation.id)) is not None:
                        first = f"first in line {other.node.line}"
                        raise DocumentError(f"{node.where}: operationId {operation.id!r} stands twice, {first}: rename one")
                    operations[operation.id] = operation
        return cls(document, tuple(operations.values()), dict(document.data.get("x-alias", {})))
