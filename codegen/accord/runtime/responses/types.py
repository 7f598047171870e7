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

from accord.openapi.media_type import Media
from accord.openapi.response import ResponseClass, response_class
from accord.runtime.responses.encoded import Encoded

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


_CLASSES: dict[ResponseClass, type[Answer]] = {
    "Empty": Empty,
    "Body": Body,
    "Text": Text,
    "Binary": Binary,
    "Lines": Lines,
    "Events": Events,
}


def form(media: Media | None) -> type[Answer]:
    """The class of answers with a media type."""
    return _CLASSES[response_class(media)]
