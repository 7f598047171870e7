"""What handlers return: a status, headers and a body. Generated code subclasses these classes.

Answer
├── Empty     no body
├── Body      one JSON value, whole or streamed
├── Text      text, whole or streamed
├── Binary    bytes, whole or streamed
├── Lines     streamed JSON values, one per line (application/jsonl)
└── Events    server-sent events (text/event-stream)

A subclass stands for one documented response: `status = 200`, or `key = "4XX"` and a field `status` for a range or `default`;
`media` if the response has several media types; a field `media_type` if its media type is a range.
"""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

import msgspec

from accord.openapi.media_type import Media
from accord.openapi.response import ResponseClass, response_class
from accord.openapi.values.encoded import Encoded
from accord.runtime.responses.streamed import Streamed

T = TypeVar("T")


class Answer(msgspec.Struct):
    """An answer. `headers` pairs the fields that are headers with the names of the headers."""

    headers: ClassVar[tuple[tuple[str, str], ...]] = ()
    key: ClassVar[str] = ""
    media: ClassVar[str] = ""

    if TYPE_CHECKING:  # mypy lets a Struct without fields accept any argument

        def __init__(self) -> None: ...

        @property
        def status(self) -> int:
            """A class variable, or a field if the document has a range."""


class Empty(Answer):
    """An answer without a body."""


class Body(Answer, Generic[T]):
    """A JSON body, its only positional argument; an `Encoded` one is sent as it is, a `Streamed` one in parts."""

    body: T | Encoded[T] | Streamed[T]


class Text(Answer):
    """An answer with text, in the charset of its media type (UTF-8 by default); an iterable is streamed."""

    body: str | AsyncIterable[str]


class Binary(Answer):
    """An answer with bytes; an iterable is streamed."""

    body: bytes | AsyncIterable[bytes]


class Lines(Answer, Generic[T]):
    """A stream of JSON values, one per line."""

    body: AsyncIterable[T]


class Event(msgspec.Struct, kw_only=True):
    """One server-sent event; `retry` is in milliseconds."""

    data: str
    event: str | None = None
    id: str | None = None
    retry: int | None = None


class Events(Answer):
    """A stream of server-sent events; a string is an event with data only. The head is sent before the first event."""

    body: AsyncIterable[Event | str]


_CLASSES: dict[ResponseClass, type[Answer]] = {
    "Empty": Empty,
    "Body": Body,
    "Text": Text,
    "Binary": Binary,
    "Lines": Lines,
    "Events": Events,
}


def answer_class(media: Media | None) -> type[Answer]:
    """The base class of answers with a media type."""
    return _CLASSES[response_class(media)]
