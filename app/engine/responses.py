"""What a handler answers: a status, its headers and its body, in generated subclasses of the classes here.

Answer
├── Empty     no body
├── Body      one JSON value
├── Text      text, whole or in parts
├── Binary    bytes, whole or in parts
├── Lines     JSON values in parts, one a line (application/jsonl)
└── Events    server-sent events (text/event-stream)

A subclass names the answer of the document that it is: `status = 200`, or `key = "4XX"` with a field `status` for a range or
`default`; `media`, if the document has several media types for it; a field `media_type`, if that is a range of them.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

import msgspec

from app.core.encoded import Encoded
from app.engine.lexis import types_of
from app.engine.media import Media, covers, essence, is_lines

T = TypeVar("T")


class Answer(msgspec.Struct):
    """An answer; `headers` pairs the fields that hold headers with their names."""

    headers: ClassVar[tuple[tuple[str, str], ...]] = ()
    key: ClassVar[str] = ""
    media: ClassVar[str] = ""

    if TYPE_CHECKING:  # a Struct without fields accepts any argument in mypy's eyes

        def __init__(self) -> None: ...

        @property
        def status(self) -> int:
            """A class variable, or a field where the document has a range."""


class Empty(Answer):
    """An answer without a body."""


class Body(Answer, Generic[T]):
    """An answer with a body, its first and only positional argument; one that is encoded already is sent as it is."""

    body: T | Encoded[T]


class Text(Answer):
    """An answer with a text, in the charset of its media type or else in UTF-8; parts are sent one by one."""

    body: str | AsyncIterable[str]


class Binary(Answer):
    """An answer with bytes; parts are sent one by one."""

    body: bytes | AsyncIterable[bytes]


class Lines(Answer, Generic[T]):
    """An answer with JSON values, one a line, sent one by one."""

    body: AsyncIterable[T]


class Event(msgspec.Struct, kw_only=True):
    """One server-sent event; `retry` is in milliseconds."""

    data: str
    event: str | None = None
    id: str | None = None
    retry: int | None = None


class Events(Answer):
    """An answer with server-sent events; a text is an event with nothing but data. The head leaves before the first of them."""

    body: AsyncIterable[Event | str]


def form(media: Media | None) -> type[Answer]:
    """The class of answers with a media type.

    A range such as `*/*` whose schema is that of a JSON object, array, number or boolean is answered in JSON.
    """
    if media is None:
        return Empty
    name = essence(media.name)
    if name == "text/event-stream":
        return Events
    if is_lines(name):
        return Lines
    if media.kind == "json" or (media.is_range and covers(name, "application/json") and _structured(media)):
        return Body
    return Text if media.kind == "text" else Binary


def _structured(media: Media) -> bool:
    schema = media.schema.resolved() if media.schema is not None else None
    if schema is None or not isinstance(schema.value, dict):
        return False
    return "string" not in types_of(schema) or "properties" in schema.value
