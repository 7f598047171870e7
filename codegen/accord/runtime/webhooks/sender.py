"""Sends webhooks and callbacks, validated against the document first.

There is one generated subclass per webhook. An instance, with the document and the service's HTTP client, sends many requests:
`shipped = OrderShipped(document, client)`, then `await shipped.send(url, body=...)`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import msgspec
from pydantic import ValidationError

from accord.document.document import Document
from accord.errors import PayloadError, Reply, ReplyError
from accord.jsonschema.validator import validator
from accord.openapi.api import API
from accord.openapi.media_type import Media, chosen
from accord.openapi.operation import Operation, callbacks, place
from accord.openapi.parameter import Parameter
from accord.openapi.response import Response
from accord.openapi.values.headers import header_values
from accord.runtime.bodies.deserialize import deserializer
from accord.runtime.bodies.writer import EncodedBody, encode_body, to_json
from accord.runtime.parameters.serialize import json_parameter, query_parameter
from accord.runtime.validator import RequestValidator

T = TypeVar("T")


class Transport(Protocol):
    """The HTTP client of the service, which is responsible for timeouts, signatures and retries."""

    async def send(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Send a request and return the response."""


@dataclass(frozen=True, slots=True)
class Received(Generic[T]):
    """A documented response of the receiver; `kind` is the type of a JSON body."""

    key: ClassVar[int | str]
    kind: ClassVar[Any] = None

    status: int
    headers: Mapping[str, str]
    body: T


@functools.lru_cache(maxsize=8)
def _webhooks(document: Document) -> dict[str, Operation]:
    """All webhooks and callbacks of a document, by place."""
    api = API.of(document)
    found = [*api.webhooks, *(callback for operation in api.operations for callback in callbacks(operation))]
    return {place(operation): operation for operation in found}


class Webhook:
    """One webhook or callback, compiled when it is created."""

    place: ClassVar[str]

    def __init__(self, document: Document, transport: Transport) -> None:
        operation = _webhooks(document)[self.place]
        parameters = tuple(parameter for parameter in operation.parameters if parameter.place != "path")  # the receiver's own
        self._operation, self._transport = replace(operation, parameters=parameters), transport
        self._body_validators = {
            name: RequestValidator(self._operation, media.schema, "response") for name, media in operation.bodies.items()
        }
        self._validator = RequestValidator(self._operation, None, "response")
        self._replies = {key: _ReplyReader(type(self), response) for key, response in operation.responses.items()}

    async def _send(self, url: str, arguments: Mapping[str, object], body: object, media: str = "") -> Any:  # noqa: ANN401 - a subclass of Received
        """Validate, encode and send a request.

        Raises:
            PayloadError: nothing was sent.
            ReplyError: it was sent, but the response is not documented.
        """
        operation = self._operation
        name = media or next(iter(operation.bodies), "")
        encoded = encode_body(operation.bodies[name], body) if name and body is not None else None
        values = [(p, to_json(arguments[p.argument])) for p in operation.parameters if arguments[p.argument] is not None]
        self._check(values, encoded, name)
        url, headers = _with_parameters(url, values)
        if encoded is not None:
            headers["Content-Type"] = encoded.content_type
        content = encoded.content if encoded is not None else b""
        reply = await self._transport.send(operation.method, url, headers, content)
        response = operation.response(reply.status)
        if response is None:
            raise ReplyError(operation.id, reply, "this status is not documented")
        return self._replies[response.key].read(operation.id, reply)

    def _check(self, parameters: list[tuple[Parameter, Any]], body: EncodedBody | None, name: str) -> None:
        values: dict[str, Any] = {place: {} for place in ("query", "header", "cookie")}
        for parameter, value in parameters:
            values[parameter.place][parameter.name] = value
        request_validator, instance = self._validator, None
        if body is not None:
            request_validator, instance = self._body_validators[name], body.instance
        elif self._operation.body_required:
            raise PayloadError(self._operation.id, [("body", "required")])
        if not request_validator.is_valid(values, instance):
            faults = [msgspec.json.decode(fault) for fault in request_validator.faults(values, instance)]
            raise PayloadError(self._operation.id, [(f"{fault['in']}{fault['pointer']}", fault["code"]) for fault in faults])


def _with_parameters(url: str, parameters: list[tuple[Parameter, Any]]) -> tuple[str, dict[str, str]]:
    """The URL with its query, and the headers, including cookies."""
    headers: dict[str, str] = {}
    pairs: dict[str, list[str]] = {"query": [], "cookie": []}
    for parameter, value in parameters:
        if parameter.place == "header":
            (headers[parameter.name],) = header_values(parameter, value)
        elif parameter.media is not None:
            pairs[parameter.place].append(f"{parameter.name}={json_parameter(value)}")
        else:
            pairs[parameter.place] += query_parameter(value, parameter.style, parameter.name, explode=parameter.explode)
    if pairs["cookie"]:
        headers["Cookie"] = "; ".join(pairs["cookie"])
    if not pairs["query"]:
        return url, headers
    return f"{url}{'&' if '?' in url else '?'}{'&'.join(pairs['query'])}", headers


class _ReplyReader:
    """Reads the replies of one documented response, by media type."""

    def __init__(self, sender: type[Webhook], response: Response) -> None:
        self._found: dict[str, tuple[Media | None, type[Received[Any]], Any, Any]] = {}
        for name, media in response.classes:
            kind: type[Received[Any]] = getattr(sender, name)
            schema = media.schema if media is not None and media.kind == "json" else None
            body_validator = validator(schema, "request") if schema is not None else None
            deserialize = deserializer(kind.kind) if kind.kind is not None else None
            self._found[media.name if media is not None else ""] = (media, kind, body_validator, deserialize)

    def read(self, sender: str, reply: Reply) -> Received[Any]:
        """The reply, typed as the document defines it.

        Raises:
            ReplyError: the media type is not documented, or the body does not match its schema.
        """
        headers = {name.lower(): value for name, value in reply.headers.items()}
        media_type = headers.get("content-type", "")
        name = chosen(self._found, media_type) if "" not in self._found else ""
        if name is None:
            raise ReplyError(sender, reply, f"{media_type or 'no media type'}, which is not documented")
        media, kind, body_validator, deserialize = self._found[name]
        if media is None:
            return kind(reply.status, headers, None)
        if media.kind == "text":
            return kind(reply.status, headers, reply.content.decode("utf-8", "replace"))
        if media.kind != "json":
            return kind(reply.status, headers, reply.content)
        try:
            value = msgspec.json.decode(reply.content)
        except msgspec.DecodeError:
            raise ReplyError(sender, reply, "the body is not JSON") from None
        if body_validator is not None and not body_validator.is_valid(value):
            raise ReplyError(sender, reply, "the body does not match its schema")
        try:
            return kind(reply.status, headers, deserialize(value) if deserialize is not None else value)
        except ValidationError:  # such as the year 0000
            raise ReplyError(sender, reply, "the body has a value that its Python type cannot represent") from None
