"""What the document says of each operation, as plain typed values: read by the engine at start and by the generator."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from accord.document.document import Document, Node
from accord.document.findings import at_fault
from accord.document.identifiers import ARGUMENTS_TAKEN, FIELDS_TAKEN, distinct, operation_id, python_name
from accord.document.pointer import fragment
from accord.document.references import METHODS
from accord.openapi.extensions import misused
from accord.openapi.keywords.suggestions import suggested
from accord.openapi.media_type import Media
from accord.openapi.parameter import Header, Parameter, Place, Response, Responses, is_ignored, is_ignored_header
from accord.openapi.servers import prefixes

_PLACES = ("path", "query", "header", "cookie")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path; `prefixes` are the base paths of its servers, below which it is served.

    In `callbacks` and webhooks `path` is the expression or the name under which it is written.
    """

    id: str
    method: str
    path: str
    tag: str
    summary: str
    parameters: tuple[Parameter, ...]
    bodies: dict[str, Media]
    unread: tuple[str, ...]  # media types of the body that a reading keeps although nobody reads them
    body_required: bool
    responses: Responses
    security: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]
    prefixes: tuple[str, ...]
    callbacks: tuple[Operation, ...]
    node: Node

    def response(self, status: int) -> Response | None:
        """What is documented for a status: itself, its range, or the default."""
        return self.responses.get(status) or self.responses.get(f"{status // 100}XX") or self.responses.get("default")

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
    def answers(self) -> tuple[Response, ...]:
        """What a handler answers: not the problems, which it raises, nor the engine's own 304, nor what precedes answers."""
        return tuple(
            response
            for key, response in self.responses.items()
            if not response.is_problem and not (key == HTTPStatus.NOT_MODIFIED and self.revalidates) and str(key)[0] != "1"
        )

    @property
    def successes(self) -> tuple[Response, ...]:
        """The answers that are no errors; `default`, if there are no others."""
        found = tuple(response for response in self.answers if not response.is_error)
        return found or tuple(response for response in self.answers if response.key == "default")

    @property
    def problems(self) -> dict[int, Response]:
        """The documented errors that handlers raise, by status."""
        return {key: response for key, response in self.responses.items() if isinstance(key, int) and response.is_problem}

    @property
    def accepts(self) -> tuple[str, ...]:
        """The media types among which `Accept` chooses: those of the successes."""
        return tuple(dict.fromkeys(media for response in self.successes for media in response.content))

    @property
    def deprecated(self) -> bool:
        """Whether clients should stop using it."""
        return bool(self.node.value.get("deprecated", False))


def callbacks(operation: Operation) -> Iterator[Operation]:
    """The callbacks of an operation, and theirs."""
    for callback in operation.callbacks:
        yield callback
        yield from callbacks(callback)


def place(operation: Operation) -> str:
    """Where an operation is written, as a reference."""
    return fragment(operation.node.pointer)


def _parameter(node: Node) -> Parameter:
    value = node.value
    media = next(iter(Media.all(node.get("content")).values()), None)
    schema = media.schema if media is not None else node.raw_child("schema") if "schema" in value else None
    if schema is None:
        raise node.error(f"parameter {value['name']!r} has neither `schema` nor `content` with one: add it")
    place: Place = value["in"]
    style = value.get("style", "form" if place in ("query", "cookie") else "simple")
    return Parameter(
        name=value["name"],
        place=place,
        required=value.get("required", False),
        schema=schema,
        style=style,
        explode=value.get("explode", style == "form"),
        media=media,
        node=node,
    )


def _arguments(found: Iterable[Parameter]) -> Iterator[Parameter]:
    """The parameters, each with an argument of its own: where two would have one, that in the path keeps it."""
    parameters = tuple(found)
    first = sorted(parameters, key=lambda p: (_PLACES.index(p.place), p.name.lower() != p.name, p.name))
    names = distinct(((p.place, p.name), python_name(p.name, ARGUMENTS_TAKEN)) for p in first)
    return (replace(parameter, argument=names[parameter.place, parameter.name]) for parameter in parameters)


def _fields(found: Iterable[Header]) -> Iterator[Header]:
    """The headers, each with a field of its own."""
    headers = tuple(found)
    names = distinct((name, python_name(name.lower(), FIELDS_TAKEN)) for name in sorted(header.name for header in headers))
    return (replace(header, argument=names[header.name]) for header in headers)


def _headers(node: Node | None) -> Iterator[Header]:
    for name, header in node.named() if node is not None else ():
        if is_ignored_header(name):
            continue
        media = next(iter(Media.all(header.get("content")).values()), None)
        schema = media.schema if media is not None else header.raw_child("schema") if "schema" in header.value else None
        if schema is None:
            raise header.error(f"the header {name!r} has neither `schema` nor `content` with one: add it")
        yield Header(name, header.value.get("required", False), schema, header.value.get("explode", False), media, header)


def _response(key: str, node: Node) -> Response:
    status = re.fullmatch(r"[1-5][0-9]{2}|[1-5]XX|default", key)
    if status is None:
        raise node.error(f"response {key!r}: write a status (`404`), a range (`4XX`) or `default`")
    return Response(
        key=int(key) if key.isdecimal() else key,
        headers=tuple(_fields(_headers(node.get("headers")))),
        content=Media.all(node.get("content")),
        links=node.get("links"),
        node=node,
    )


def _responses(node: Node | None) -> Responses:
    """The documented answers; an operation that documents none may answer anything without a body."""
    return {response.key: response for response in (_response(*named) for named in (node.items() if node is not None else ()))}


def _operation(path: str, method: str, item: Node, node: Node) -> Operation:
    parameters: dict[tuple[str, str], Parameter] = {}
    for owner in (item, node):
        declared = owner.get("parameters")
        for element in declared.elements() if declared else ():
            if is_ignored(element):
                continue
            parameter = _parameter(element)
            parameters[parameter.place, parameter.name] = parameter
    given = node.value.get("operationId")
    body = node.get("requestBody")
    content = Media.all(body.get("content") if body else None)
    security = node.value.get("security", node.document.data.get("security", []))
    callbacks = node.get("callbacks")
    return Operation(
        id=given if isinstance(given, str) else operation_id(method, path),
        method=method.upper(),
        path=path,
        tag=(node.value.get("tags") or ["default"])[0],
        summary=node.value.get("summary", ""),
        parameters=tuple(_arguments(parameters.values())),
        bodies={name: media for name, media in content.items() if not media.is_opaque},
        unread=tuple(name for name, media in content.items() if media.is_opaque),
        body_required=bool(body and body.value.get("required", False)),
        responses=_responses(node.get("responses")) or {"default": Response("default", (), {}, None, node)},
        security=tuple(tuple((scheme, tuple(scopes)) for scheme, scopes in alternative.items()) for alternative in security),
        prefixes=prefixes(node, item, node.document.root),
        callbacks=tuple(
            _outward(found, name)
            for name, callback in (callbacks.named() if callbacks else ())
            for found in _operations(callback.items())
        ),
        node=node,
    )


def _operations(items: Iterable[tuple[str, Node]]) -> Iterator[Operation]:
    """The operations of path items, by path or name."""
    for path, item in items:
        for method in METHODS:
            if (node := item.get(method)) is not None:
                yield _operation(path, method, item, node)


def _outward(operation: Operation, name: str) -> Operation:
    """A webhook or callback, which goes by its own name unless it has an operationId."""
    return operation if "operationId" in operation.node.value else replace(operation, id=name)


def _named(found: Iterable[Operation]) -> list[Operation]:
    """Of operations whose names are made of their paths, each has a name of its own, whatever their order."""
    operations = list(found)
    written = {one.id for one in operations if "operationId" in one.node.value}
    made = sorted((one.path, one.method, one.id) for one in operations if "operationId" not in one.node.value)
    names = distinct((((path, method), name) for path, method, name in made), taken=written, between="")
    return [replace(one, id=names.get((one.path, one.method), one.id)) for one in operations]


@dataclass(frozen=True, slots=True)
class API:
    """All operations of a document, in the written order; `webhooks` are those that the service sends."""

    document: Document
    operations: tuple[Operation, ...]
    webhooks: tuple[Operation, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Document) -> API:
        """Read the paths.

        Raises:
            DocumentError: something that the engine cannot serve, with its line.
        """
        if found := [suggested(document, node.pointer, text) for node, text in misused(document.root)]:
            raise at_fault(found)
        operations: dict[str, Operation] = {}
        paths, sent = document.root.get("paths"), document.root.get("webhooks")
        for operation in _named(_operations(paths.items() if paths is not None else ())):
            if (other := operations.get(operation.id)) is not None:
                first = f"first in {other.node.where}"
                place = operation.node.raw_child("operationId") if "operationId" in operation.node.value else operation.node
                raise place.error(f"operationId {operation.id!r} stands twice, {first}: rename one")
            operations[operation.id] = operation
        webhooks = tuple(_outward(found, found.path) for found in _operations(sent.named() if sent is not None else ()))
        return cls(document, tuple(operations.values()), webhooks, dict(document.data.get("x-alias", {})))
