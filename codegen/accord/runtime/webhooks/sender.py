"""Requests that the service sends by itself: webhooks and callbacks, checked against the document before they leave.

A generated subclass stands for one of them; made once, with the document and the HTTP client of the service, it sends many:
`shipped = OrderShipped(document, client)`, then `await shipped.send(url, body=...)`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, TypeVar

import msgspec
from pydantic import ValidationError

from accord.document.document import Document
from accord.jsonschema.validator import validator
from accord.openapi.api import API
from accord.openapi.media_type import Media, chosen
from accord.openapi.operation import Operation, callbacks, place
from accord.openapi.parameter import Parameter
from accord.openapi.response import Response
from accord.runtime.bodies.deserialize import builder
from accord.runtime.bodies.writer import Written, plain, written
from accord.runtime.parameters.serialize import filled_json, query_texts
from accord.runtime.responses.headers import text
from accord.runtime.validator import RequestValidator

T = TypeVar("T")


class Reply(NamedTuple):
    """What the receiver answered."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Transport(Protocol):
    """Sends one request: the HTTP client of the service, with its time limits, its signatures and its retries."""

    async def send(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Reply:
        """Send it, and return the answer."""


class PayloadError(ValueError):
    """What was to be sent is not what the document says; `faults` are pairs of a place (`body/id`) and the keyword there."""

    def __init__(self, name: str, faults: list[tuple[str, str]]) -> None:
        super().__init__(f"{name}: {', '.join(f'{place}: {keyword}' for place, keyword in faults)}")
        self.faults = faults


class ReplyError(Exception):
    """The receiver answered what the document does not say."""

    def __init__(self, name: str, reply: Reply, what: str) -> None:
        super().__init__(f"{name}: the receiver answered {reply.status}: {what}")
        self.reply = reply


@dataclass(frozen=True, slots=True)
class Received(Generic[T]):
    """An answer of the receiver; `kind` is the type of its body where that is JSON."""

    key: ClassVar[int | str]
    kind: ClassVar[Any] = None

    status: int
    headers: Mapping[str, str]
    body: T


@functools.lru_cache(maxsize=8)
def _outward(document: Document) -> dict[str, Operation]:
    """Everything that a document lets the service send, by its place."""
    description = API.of(document)
    found = [*description.webhooks, *(one for operation in description.operations for one in callbacks(operation))]
    return {place(operation): operation for operation in found}


class Webhook:
    """One webhook or callback; everything that its document says is compiled when it is made."""

    place: ClassVar[str]

    def __init__(self, document: Document, transport: Transport) -> None:
        described = _outward(document)[self.place]
        # What stands in the path is the receiver's own.
        parameters = tuple(parameter for parameter in described.parameters if parameter.place != "path")
        self._described, self._transport = replace(described, parameters=parameters), transport
        self._judges = {
            name: RequestValidator(document, self._described, media.schema, "response")
            for name, media in described.bodies.items()
        }
        self._without = RequestValidator(document, self._described, None, "response")
        self._answers = {key: _Answers(document, type(self), response) for key, response in described.responses.items()}

    async def _send(self, url: str, arguments: Mapping[str, object], body: object, media: str = "") -> Any:  # noqa: ANN401 - an answer
        """Check, write and send.

        Raises:
            PayloadError: nothing was sent.
            ReplyError: it was sent, and answered in a way that is not documented.
        """
        described = self._described
        name = media or next(iter(described.bodies), "")
        sent = written(described.bodies[name], body) if name and body is not None else None
        given = [(p, plain(arguments[p.argument])) for p in described.parameters if arguments[p.argument] is not None]
        self._check(given, sent, name)
        url, headers = _addressed(url, given)
        if sent is not None:
            headers["Content-Type"] = sent.content_type
        reply = await self._transport.send(described.method, url, headers, sent.content if sent is not None else b"")
        response = described.response(reply.status)
        if response is None:
            raise ReplyError(described.id, reply, "which is not documented")
        return self._answers[response.key].read(described.id, reply)

    def _check(self, given: list[tuple[Parameter, Any]], sent: Written | None, name: str) -> None:
        parts: dict[str, Any] = {place: {} for place in ("query", "header", "cookie")}
        for parameter, value in given:
            parts[parameter.place][parameter.name] = value
        judge, judged = self._without, None
        if sent is not None:
            judge, judged = self._judges[name], sent.judged
        elif self._described.body_required:
            raise PayloadError(self._described.id, [("body", "required")])
        if not judge.is_valid(parts, judged):
            faults = [msgspec.json.decode(fault) for fault in judge.faults(parts, judged)]
            raise PayloadError(self._described.id, [(f"{fault['in']}{fault['pointer']}", fault["code"]) for fault in faults])


def _addressed(url: str, given: list[tuple[Parameter, Any]]) -> tuple[str, dict[str, str]]:
    """The URL with its query, and the headers, cookies among them."""
    headers: dict[str, str] = {}
    pairs: dict[str, list[str]] = {"query": [], "cookie": []}
    for parameter, value in given:
        if parameter.place == "header":
            headers[parameter.name] = _header(value) if parameter.media is None else _json(value)
        elif parameter.media is not None:
            pairs[parameter.place].append(f"{parameter.name}={filled_json(value)}")
        else:
            pairs[parameter.place] += query_texts(value, parameter.style, parameter.name, explode=parameter.explode)
    if pairs["cookie"]:
        headers["Cookie"] = "; ".join(pairs["cookie"])
    if not pairs["query"]:
        return url, headers
    return f"{url}{'&' if '?' in url else '?'}{'&'.join(pairs['query'])}", headers


def _json(value: object) -> str:
    """JSON in the characters that a header holds."""
    return msgspec.json.encode(value).decode().encode("ascii", "backslashreplace").decode()


def _header(value: Any) -> str:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        return ",".join(text(part) for pair in value.items() for part in pair)
    return ",".join(map(text, value)) if isinstance(value, list) else text(value)


class _Answers:
    """The answers of one response, by their media types."""

    def __init__(self, document: Document, sender: type[Webhook], response: Response) -> None:
        self._found: dict[str, tuple[Media | None, type[Received[Any]], Any, Any]] = {}
        for name, media in response.classes:
            kind: type[Received[Any]] = getattr(sender, name)
            judged = media is not None and media.kind == "json" and media.schema is not None
            judge = validator(document, media.schema, "request") if judged and media is not None and media.schema else None
            build = builder(kind.kind) if kind.kind is not None else None
            self._found[media.name if media is not None else ""] = (media, kind, judge, build)

    def read(self, sender: str, reply: Reply) -> Received[Any]:
        """The answer as the document types it.

        Raises:
            ReplyError: it is of another media type, or its body is not what its schema says.
        """
        headers = {name.lower(): value for name, value in reply.headers.items()}
        sent = headers.get("content-type", "")
        name = chosen(self._found, sent) if "" not in self._found else ""
        if name is None:
            raise ReplyError(sender, reply, f"{sent or 'no media type'}, which is not documented")
        media, kind, judge, build = self._found[name]
        if media is None:
            return kind(reply.status, headers, None)
        if media.kind == "text":
            return kind(reply.status, headers, reply.content.decode("utf-8", "replace"))
        if media.kind != "json":
            return kind(reply.status, headers, reply.content)
        try:
            value = msgspec.json.decode(reply.content)
        except msgspec.DecodeError:
            raise ReplyError(sender, reply, "its body is not JSON") from None
        if judge is not None and not judge.is_valid(value):
            raise ReplyError(sender, reply, "its body is not what its schema says")
        try:
            return kind(reply.status, headers, build(value) if build is not None else value)
        except ValidationError:  # the year 0000, say
            raise ReplyError(sender, reply, "its body holds a value that its Python type cannot hold") from None
