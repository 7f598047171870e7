"""The Operation Object: one method of a path, webhook or callback."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus

from accord.document.document import Node
from accord.document.identifiers import distinct, operation_id
from accord.document.pointer import Pointer, fragment
from accord.document.references import METHODS
from accord.openapi.media_type import Media
from accord.openapi.parameter import Parameter, is_ignored, with_arguments
from accord.openapi.paths.servers import prefixes
from accord.openapi.response import Response, Responses


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of a path, below each of `prefixes`. Of callbacks, `path` is the expression; of webhooks, the name."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    parameters: tuple[Parameter, ...]
    bodies: dict[str, Media]
    unread: tuple[str, ...]  # media types of the body that are not read
    body_required: bool
    responses: Responses
    security: tuple[tuple[tuple[str, tuple[str, ...]], ...], ...]
    prefixes: tuple[str, ...]
    callbacks: tuple[Operation, ...]
    node: Node

    def response(self, status: int) -> Response | None:
        """The documented response for a status: of the status itself, its range, or `default`."""
        return self.responses.get(status) or self.responses.get(f"{status // 100}XX") or self.responses.get("default")

    @property
    def revalidates(self) -> bool:
        """Whether the engine handles `If-None-Match`: the header, 304 and a required ETag are documented."""
        answer = self.responses.get(HTTPStatus.OK)
        has_etag = answer is not None and any(h.name.lower() == "etag" and h.required for h in answer.headers)
        is_conditional = any(p.name.lower() == "if-none-match" for p in self.parameters)
        return is_conditional and has_etag and HTTPStatus.NOT_MODIFIED in self.responses

    @property
    def arguments(self) -> tuple[Parameter, ...]:
        """The parameters that are passed to the handler."""
        return tuple(p for p in self.parameters if not (self.revalidates and p.name.lower() == "if-none-match"))

    @property
    def answers(self) -> tuple[Response, ...]:
        """The responses that a handler returns: no problems, which it raises, no 304 of the engine, no 1XX."""
        return tuple(
            response
            for key, response in self.responses.items()
            if not response.is_problem and not (key == HTTPStatus.NOT_MODIFIED and self.revalidates) and str(key)[0] != "1"
        )

    @property
    def successes(self) -> tuple[Response, ...]:
        """The responses that are not errors; `default` if there are none."""
        found = tuple(response for response in self.answers if not response.is_error)
        return found or tuple(response for response in self.answers if response.key == "default")

    @property
    def problems(self) -> dict[int, Response]:
        """The documented errors that handlers raise, by status."""
        return {key: response for key, response in self.responses.items() if isinstance(key, int) and response.is_problem}

    @property
    def accepts(self) -> tuple[str, ...]:
        """The media types that `Accept` selects from: those of the successes."""
        return tuple(dict.fromkeys(media for response in self.successes for media in response.content))

    @property
    def needs_step_up(self) -> bool:
        """Whether the caller must have proved recently who they are: `x-accord-step-up`."""
        return bool(self.node.value.get("x-accord-step-up", False))

    @property
    def deprecated(self) -> bool:
        """Whether it is marked `deprecated`."""
        return bool(self.node.value.get("deprecated", False))


def callbacks(operation: Operation) -> Iterator[Operation]:
    """The callbacks of an operation, and their own callbacks."""
    for callback in operation.callbacks:
        yield callback
        yield from callbacks(callback)


def place(operation: Operation) -> str:
    """A reference to the operation in its document."""
    return fragment(operation.node.pointer)


def _operation(path: str, method: str, item: Node, node: Node, known: dict[tuple[str, Pointer], Response]) -> Operation:
    parameters: dict[tuple[str, str], Parameter] = {}
    for owner in (item, node):
        for element in owner.elements("parameters"):
            if is_ignored(element):
                continue
            parameter = Parameter.of(element)
            parameters[parameter.place, parameter.name] = parameter
    given = node.value.get("operationId")
    body = node.get("requestBody")
    content = Media.all(body.get("content") if body else None)
    security = node.value.get("security", node.document.data.get("security", []))
    responses: Responses = {}
    for key, written in node.items("responses"):
        if (key, written.pointer) not in known:
            known[key, written.pointer] = Response.of(key, written)
        response = known[key, written.pointer]
        responses[response.key] = response
    return Operation(
        id=given if isinstance(given, str) else operation_id(method, path),
        method=method.upper(),
        path=path,
        tag=(node.value.get("tags") or ["default"])[0],
        summary=node.value.get("summary", ""),
        parameters=tuple(with_arguments(parameters.values())),
        bodies={name: media for name, media in content.items() if not media.is_opaque},
        unread=tuple(name for name, media in content.items() if media.is_opaque),
        body_required=bool(body and body.value.get("required", False)),
        responses=responses or {"default": Response("default", (), {}, None, node)},  # undocumented: any, without a body
        security=tuple(tuple((scheme, tuple(scopes)) for scheme, scopes in alternative.items()) for alternative in security),
        prefixes=prefixes(node, item, node.document.root),
        callbacks=tuple(
            under_own_name(found, name)
            for name, callback in node.named("callbacks")
            for found in operations_of(callback.items())
        ),
        node=node,
    )


def operations_of(items: Iterable[tuple[str, Node]]) -> Iterator[Operation]:
    """The operations of path items, which come with their paths or names. A response that they share is read once."""
    known: dict[tuple[str, Pointer], Response] = {}
    for path, item in items:
        for method in METHODS:
            if (node := item.get(method)) is not None:
                yield _operation(path, method, item, node, known)


def under_own_name(operation: Operation, name: str) -> Operation:
    """A webhook or callback: without an operationId, its name is its id."""
    return operation if "operationId" in operation.node.value else replace(operation, id=name)


def with_ids(found: Iterable[Operation]) -> list[Operation]:
    """The operations with distinct ids: those made of paths are numbered where needed, whatever the order of the document."""
    operations = list(found)
    written = {one.id for one in operations if "operationId" in one.node.value}
    made = sorted((one.path, one.method, one.id) for one in operations if "operationId" not in one.node.value)
    names = distinct((((path, method), name) for path, method, name in made), taken=written, between="")
    return [replace(one, id=names.get((one.path, one.method), one.id)) for one in operations]
