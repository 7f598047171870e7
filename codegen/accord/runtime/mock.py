"""Operations without a handler, answered from the document: its examples, else values that are built from its schemas.

A client may choose among the documented answers by `Prefer: code=404` and `Prefer: example=name` (RFC 7240); what it prefers in
vain is ignored, as the RFC has it. Every answer says that it is one: `X-Mock: true`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Protocol

import msgspec

from accord.document.document import Node
from accord.jsonschema.sampling import Sampler
from accord.jsonschema.validator import validator
from accord.openapi.header import Header
from accord.openapi.media_type import Media
from accord.openapi.operation import Operation
from accord.openapi.response import Response
from accord.runtime.handlers.binding import Operation as BoundOperation
from accord.runtime.responses.headers import text
from accord.runtime.responses.statuses import FIRST
from accord.runtime.responses.types import Answer, Binary, Body, Event, Events, Lines, Text, form

MARK = (b"x-mock", b"true")

_PREFERENCE = re.compile(r'\s*(code|example)\s*=\s*"?([^",;\s]+)"?\s*(?:[;,]|$)')


class Sent(Protocol):
    """A request, as far as a mock looks at it."""

    @property
    def scope(self) -> Any:  # noqa: ANN401 - an ASGI scope
        """Where its headers are."""


class Mocked(BoundOperation):
    """The handler of an operation that has none. Its call is the request itself."""

    def __init__(self, described: Operation) -> None:
        self._described = described
        self._known: dict[tuple[int | str, str, str], Answer] = {}
        super().__init__(self._answer)

    async def _answer(self, call: Sent, accept: str | None = None, **_: object) -> Answer:
        preferred = dict(_preferences(call.scope["headers"]))
        response, status = self._chosen(preferred.get("code", ""))
        title, media = next(
            ((title, media) for title, media in response.classes if media is not None and media.name == accept),
            response.classes[0],
        )
        make = _Maker(response, media, status, preferred.get("example", ""))
        if media is not None and form(media) in (Lines, Events):
            return make(title)  # what is sent in parts is sent once
        key = (status, title, preferred.get("example", ""))
        if key not in self._known:
            self._known = {**self._known, key: make(title)} if len(self._known) < 100 else {key: make(title)}  # noqa: PLR2004 - a client's words
        return self._known[key]

    def _chosen(self, code: str) -> tuple[Response, int]:
        """The response that the client prefers, else the first success; and its status."""
        if re.fullmatch("[2-5][0-9]{2}", code) and (found := self._described.response(int(code))) is not None:
            return found, int(code)
        answers = [*self._described.answers, *self._described.problems.values()]
        kinds = ("2", "d", "3", "4", "5")
        response = min(answers, key=lambda one: kinds.index(str(one.key)[0]))
        return response, response.status or next(s for s in _statuses(response) if self._described.response(s) is response)


def _statuses(response: Response) -> Iterator[int]:
    """Statuses of a range, or of `default`: the usual ones first."""
    first = FIRST[response.name]
    yield first
    yield from range(first, 600)


def _preferences(headers: list[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if name == b"prefer":
            for part in re.split("[,;]", value.decode("latin-1")):
                if (found := _PREFERENCE.fullmatch(part)) is not None:
                    yield found[1], found[2]


class _Maker:
    """Makes the answer of one response and media type."""

    def __init__(self, response: Response, media: Media | None, status: int, example: str) -> None:
        self._response, self._media, self._status, self._example = response, media, status, example
        self._values = Sampler("response")

    def __call__(self, title: str) -> Answer:
        response, media = self._response, self._media
        kind = form(media)
        fields: dict[str, Any] = {h.argument: self._header(h) for h in response.handler_headers}
        namespace: dict[str, Any] = {"headers": tuple((h.argument, h.name) for h in response.handler_headers)}
        if response.status is not None:
            namespace["status"] = response.status
        else:
            namespace["key"], fields = str(response.key), {"status": self._status, **fields}
        if media is not None and len(response.content) > 1:
            namespace["media"] = media.name
        if media is not None and media.is_range:
            fields["media_type"] = _of_range(media.name)
        answer: Any = msgspec.defstruct(
            title, [(name, Any) for name in fields], bases=(kind,), namespace=namespace, kw_only=True
        )
        body = () if media is None else (_BODIES.get(kind, _whole)(self._value(media)),)
        made: Answer = answer(*body, **fields)
        return made

    def _header(self, header: Header) -> Any:  # noqa: ANN401 - any JSON value
        for value in _examples(header.node, ""):
            if validator(header.schema.document, header.schema, "response").is_valid(value):
                return value
        return self._values.value(header.schema) if header.required else None

    def _value(self, media: Media) -> Any:  # noqa: ANN401 - any JSON value
        """The first example that the schema accepts, the preferred one first; else a value of the schema."""
        judge = validator(media.schema.document, media.schema, "response") if media.schema is not None else None
        for value in _examples(media.node, self._example):
            if judge is None or judge.is_valid(value):
                return value
        return self._values.value(media.schema) if media.schema is not None else "mock"


def _examples(owner: Node, preferred: str) -> list[Any]:
    """The examples beside a schema."""
    named = owner.get("examples")
    found = {name: node.value["value"] for name, node in (named.named() if named else ()) if "value" in node.value}
    values = [found.pop(preferred)] if preferred in found else []
    return [*values, *([owner.value["example"]] if "example" in owner.value else []), *found.values()]


def _of_range(name: str) -> str:
    """A media type that a range covers."""
    kind = name.partition("/")[0]
    subtype = {"text": "plain", "image": "png", "audio": "mpeg", "video": "mp4"}.get(kind, "json" if kind == "*" else "mock")
    return f"{'application' if kind == '*' else kind}/{subtype}"


def _whole(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return value


async def _parts(values: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - any JSON value
    for value in values if isinstance(values, list) else [values]:
        yield value


async def _events(value: Any) -> AsyncIterator[Event]:  # noqa: ANN401 - any JSON value
    yield Event(data=text(value))


_BODIES: dict[type[Answer], Callable[[Any], Any]] = {
    Body: _whole,
    Text: text,
    Binary: lambda value: text(value).encode(),
    Lines: _parts,
    Events: _events,
}
