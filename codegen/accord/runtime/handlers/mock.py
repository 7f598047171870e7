"""Mock handlers: they return examples of the document, or values generated from its schemas.

A client may choose a response with `Prefer: code=404` and `Prefer: example=name` (RFC 7240); other preferences are ignored.
Every response has the header `X-Mock: true`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import msgspec

from accord.document.document import Node
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


class Mocked(binding.Operation):
    """The handler of an operation that has none. Its call is the `RequestContext`."""

    def __init__(self, operation: Operation) -> None:
        from accord.jsonschema.sampling import Sampler  # noqa: PLC0415 - services without mocks need not import it

        self._operation, self._sampler = operation, Sampler("response")
        self._cache: dict[tuple[int, str, str], Answer] = {}
        super().__init__(self._handle)

    async def _handle(self, context: Any, accept: str | None = None, **_: object) -> Answer:  # noqa: ANN401 - see the class
        preferred = dict(_preferences(context.scope["headers"]))
        example = preferred.get("example", "")
        response, status = self._choose(preferred.get("code", ""))
        accepted = (one for one in response.classes if one[1] is not None and one[1].name == accept)
        title, media = next(accepted, response.classes[0])
        if media is not None and answer_class(media) in (Lines, Events):
            return self._build(response, title, media, status, example)  # an iterator can be sent only once
        key = (status, title, example)
        if key not in self._cache:
            if len(self._cache) >= _MAX_CACHED:
                self._cache.clear()
            self._cache[key] = self._build(response, title, media, status, example)
        return self._cache[key]

    def _choose(self, code: str) -> tuple[Response, int]:
        """The response that the client prefers, or the first success, and its status."""
        if re.fullmatch("[2-5][0-9]{2}", code) and (found := self._operation.response(int(code))) is not None:
            return found, int(code)
        responses = [*self._operation.answers, *self._operation.problems.values()]
        kinds = ("2", "d", "3", "4", "5")
        response = min(responses, key=lambda one: kinds.index(str(one.key)[0]))
        statuses = range(response.status or DEFAULT_STATUS[response.name], 600)
        return response, next(status for status in statuses if self._operation.response(status) is response)

    def _build(self, response: Response, title: str, media: Media | None, status: int, example: str) -> Answer:
        """An answer with the preferred example, or a generated body."""
        kind = answer_class(media)
        fields: dict[str, Any] = {h.argument: self._header(h) for h in response.handler_headers}
        namespace: dict[str, Any] = {"headers": tuple((h.argument, h.name) for h in response.handler_headers)}
        if response.status is not None:
            namespace["status"] = response.status
        else:
            namespace["key"], fields = str(response.key), {"status": status, **fields}
        if media is not None and len(response.content) > 1:
            namespace["media"] = media.name
        if media is not None and media.is_range:
            fields["media_type"] = _example_type(media.name)
        struct: Any = msgspec.defstruct(
            title, [(name, Any) for name in fields], bases=(kind,), namespace=namespace, kw_only=True
        )
        body = () if media is None else (_BODIES[kind](self._value(media, example)),)
        answer: Answer = struct(*body, **fields)
        return answer

    def _header(self, header: Header) -> Any:  # noqa: ANN401 - any JSON value
        for value in _examples(header.node, ""):
            if validator(header.schema, "response").is_valid(value):
                return value
        return self._sampler.value(header.schema) if header.required else None

    def _value(self, media: Media, example: str) -> Any:  # noqa: ANN401 - any JSON value
        """The first valid example, the preferred one first; else a value generated from the schema."""
        schema_validator = validator(media.schema, "response") if media.schema is not None else None
        for value in _examples(media.node, example):
            if schema_validator is None or schema_validator.is_valid(value):
                return value
        return self._sampler.value(media.schema) if media.schema is not None else "mock"


def _preferences(headers: list[tuple[bytes, bytes]]) -> Iterator[tuple[str, str]]:
    for name, value in headers:
        if name == b"prefer":
            for part in re.split("[,;]", value.decode("latin-1")):
                if (found := _PREFERENCE.fullmatch(part)) is not None:
                    yield found[1], found[2]


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


async def _lines(values: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - any JSON value
    for value in values if isinstance(values, list) else [values]:
        yield value


async def _events(value: Any) -> AsyncIterator[Event]:  # noqa: ANN401 - any JSON value
    yield Event(data=scalar_text(value))


_BODIES: dict[type[Answer], Callable[[Any], Any]] = {
    Body: lambda value: value,
    Text: scalar_text,
    Binary: lambda value: scalar_text(value).encode(),
    Lines: _lines,
    Events: _events,
}
