"""Mock handlers: they return examples of the document, or values generated from its schemas.

A client may choose a response with `Prefer: code=404` and `Prefer: example=name` (RFC 7240); other preferences are ignored.
Every response has the header `X-Mock: true`.
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
from accord.openapi.values.headers import scalar_text
from accord.runtime.handlers import binding
from accord.runtime.responses.statuses import DEFAULT_STATUS
from accord.runtime.responses.types import Answer, Binary, Body, Event, Events, Lines, Text, answer_class

MOCK_HEADER = (b"x-mock", b"true")

_MAX_CACHED = 100  # answers; the names of examples come from clients
_PREFERENCE = re.compile(r'\s*(code|example)\s*=\s*"?([^",;\s]+)"?\s*(?:[;,]|$)')


class _Request(Protocol):
    """What a mock needs to know of a request."""

    @property
    def scope(self) -> Any:  # noqa: ANN401 - an ASGI scope
        """The ASGI scope, with the headers."""


class Mocked(binding.Operation):
    """The handler of an operation that has none. Its call is the `RequestContext`."""

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._cache: dict[tuple[int, str, str], Answer] = {}
        super().__init__(self._handle)

    async def _handle(self, call: _Request, accept: str | None = None, **_: object) -> Answer:
        preferred = dict(_preferences(call.scope["headers"]))
        response, status = self._choose(preferred.get("code", ""))
        title, media = next(
            ((title, media) for title, media in response.classes if media is not None and media.name == accept),
            response.classes[0],
        )
        build = _AnswerBuilder(response, media, status, preferred.get("example", ""))
        if media is not None and answer_class(media) in (Lines, Events):
            return build(title)  # an iterator can be sent only once
        key = (status, title, preferred.get("example", ""))
        if key not in self._cache:
            if len(self._cache) >= _MAX_CACHED:
                self._cache.clear()
            self._cache[key] = build(title)
        return self._cache[key]

    def _choose(self, code: str) -> tuple[Response, int]:
        """The response that the client prefers, or the first success, and its status."""
        if re.fullmatch("[2-5][0-9]{2}", code) and (found := self._operation.response(int(code))) is not None:
            return found, int(code)
        responses = [*self._operation.answers, *self._operation.problems.values()]
        kinds = ("2", "d", "3", "4", "5")
        response = min(responses, key=lambda one: kinds.index(str(one.key)[0]))
        return response, response.status or next(s for s in _statuses(response) if self._operation.response(s) is response)


def _statuses(response: Response) -> Iterator[int]:
    """The statuses of a range or of `default`, the most common one first."""
    first = DEFAULT_STATUS[response.name]
    yield first
    yield from range(first, 600)


def _preferences(headers: list[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if name == b"prefer":
            for part in re.split("[,;]", value.decode("latin-1")):
                if (found := _PREFERENCE.fullmatch(part)) is not None:
                    yield found[1], found[2]


class _AnswerBuilder:
    """Builds the answer of one response and media type."""

    def __init__(self, response: Response, media: Media | None, status: int, example: str) -> None:
        self._response, self._media, self._status, self._example = response, media, status, example
        self._sampler = Sampler("response")

    def __call__(self, title: str) -> Answer:
        response, media = self._response, self._media
        kind = answer_class(media)
        fields: dict[str, Any] = {h.argument: self._header(h) for h in response.handler_headers}
        namespace: dict[str, Any] = {"headers": tuple((h.argument, h.name) for h in response.handler_headers)}
        if response.status is not None:
            namespace["status"] = response.status
        else:
            namespace["key"], fields = str(response.key), {"status": self._status, **fields}
        if media is not None and len(response.content) > 1:
            namespace["media"] = media.name
        if media is not None and media.is_range:
            fields["media_type"] = _example_type(media.name)
        struct: Any = msgspec.defstruct(
            title, [(name, Any) for name in fields], bases=(kind,), namespace=namespace, kw_only=True
        )
        body = () if media is None else (_BODIES.get(kind, _unchanged)(self._value(media)),)
        answer: Answer = struct(*body, **fields)
        return answer

    def _header(self, header: Header) -> Any:  # noqa: ANN401 - any JSON value
        for value in _examples(header.node, ""):
            if validator(header.schema, "response").is_valid(value):
                return value
        return self._sampler.value(header.schema) if header.required else None

    def _value(self, media: Media) -> Any:  # noqa: ANN401 - any JSON value
        """The first valid example, the preferred one first; else a value generated from the schema."""
        schema_validator = validator(media.schema, "response") if media.schema is not None else None
        for value in _examples(media.node, self._example):
            if schema_validator is None or schema_validator.is_valid(value):
                return value
        return self._sampler.value(media.schema) if media.schema is not None else "mock"


def _examples(owner: Node, preferred: str) -> list[Any]:
    """The examples of a media type or header, the preferred one first."""
    found = {name: node.value["value"] for name, node in owner.named("examples") if "value" in node.value}
    values = [found.pop(preferred)] if preferred in found else []
    return [*values, *([owner.value["example"]] if "example" in owner.value else []), *found.values()]


def _example_type(name: str) -> str:
    """A media type within a range."""
    kind = name.partition("/")[0]
    subtype = {"text": "plain", "image": "png", "audio": "mpeg", "video": "mp4"}.get(kind, "json" if kind == "*" else "mock")
    return f"{'application' if kind == '*' else kind}/{subtype}"


def _unchanged(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return value


async def _lines(values: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - any JSON value
    for value in values if isinstance(values, list) else [values]:
        yield value


async def _events(value: Any) -> AsyncIterator[Event]:  # noqa: ANN401 - any JSON value
    yield Event(data=scalar_text(value))


_BODIES: dict[type[Answer], Callable[[Any], Any]] = {
    Body: _unchanged,
    Text: scalar_text,
    Binary: lambda value: scalar_text(value).encode(),
    Lines: _lines,
    Events: _events,
}
