"""Reads the body of a request and selects its parser: 413, 415 with `Accept`, 400."""

from __future__ import annotations

from typing import Any, Final

from starlette.types import Receive

from accord.document.strict_json import strict_json
from accord.errors import ClientGone, RequestRejected
from accord.openapi.content_coding import TooLargeError, codings, inflated
from accord.openapi.media_type import ContentType, Kind, Media, chosen, content_type, labels
from accord.openapi.operation import Operation
from accord.runtime.bodies.multipart import MultipartParser
from accord.runtime.bodies.parsed_body import BodyParser
from accord.runtime.bodies.parsers import CHARSETS, form_parser, parse_file, text_parser

ABSENT: Final = object()  # no body was sent; `null` is a body

_CHARSETS: dict[Kind, tuple[str, ...]] = {"json": ("utf-8", "utf8"), "form": ("utf-8", "utf8"), "text": tuple(CHARSETS)}
_MAY_BE_EMPTY: tuple[Kind, ...] = ("form", "text", "binary")  # zero bytes are a form without fields, or an empty file


def _parser(media: Media) -> BodyParser | None:
    """The parser of a media type; None for JSON."""
    match media.kind:
        case "json":
            return None
        case "form":
            return form_parser(media)
        case "multipart":
            return MultipartParser(media)
        case "text":
            return text_parser(media)
        case _:
            return parse_file


class BodyReader:
    """Reads the bodies of one operation; `max_size` bytes are counted, because Content-Length may be absent or wrong."""

    __slots__ = ("_accept", "_codings", "_exact", "_is_required", "_max_size", "_names", "_parsers")

    def __init__(self, operation: Operation, max_size: int) -> None:
        self._names = ", ".join(operation.bodies)
        self._accept = ((b"accept", self._names.encode()),) if self._names else ()
        self._is_required, self._max_size = operation.body_required, max_size
        self._codings = codings(operation)
        self._parsers = {name: (media.kind, _parser(media)) for name, media in operation.bodies.items()}
        # What most clients send: exactly the documented name.
        self._exact = {name.encode(): found for name in operation.bodies if (found := self._find(name)) is not None}

    async def read(self, headers: dict[bytes, bytes], receive: Receive) -> tuple[Any, str]:
        """The body, and the documented name of its media type; `ABSENT` if an optional body was not sent.

        JSON is returned as it is, any other body as a `ParsedBody`.

        Raises:
            RequestRejected: 413, 415 or 400, in this order.
            ClientGone: the client closed the connection.
        """
        found = self._check_headers(headers)
        raw = await self._receive_all(receive)
        if self._codings and raw:
            raw = self._decoded(raw, headers.get(b"content-encoding", b"identity").decode("latin-1").lower())
        if not raw and (found is None or self._parsers[found[0]][0] not in _MAY_BE_EMPTY):
            if self._is_required:
                raise RequestRejected(400, "A body is required.")
            return ABSENT, ""
        if found is None:
            raise self._unsupported()
        name, parse, sent = found
        try:
            return strict_json(raw) if parse is None else parse(raw, sent), name
        except ValueError:
            raise RequestRejected(400) from None

    def _find(self, header: str) -> tuple[str, BodyParser | None, ContentType] | None:
        """The documented media type of a Content-Type header, its parser, and the parsed header."""
        sent = content_type(header)
        name = chosen(self._parsers, header) if sent is not None else None
        if sent is None or name is None:
            return None
        kind, parse = self._parsers[name]
        sent = ContentType(sent.essence, {**labels(name), **sent.parameters})
        charsets = _CHARSETS.get(kind)
        if charsets is not None and sent.parameters.get("charset", "utf-8").lower() not in charsets:
            return None
        return name, parse, sent

    def _check_headers(self, headers: dict[bytes, bytes]) -> tuple[str, BodyParser | None, ContentType] | None:
        """How to parse the body, None if the headers announce none; rejects what can be rejected by headers alone."""
        length, media_type = headers.get(b"content-length"), headers.get(b"content-type")
        if length is not None:
            if not length.isdigit():
                raise RequestRejected(400, "Content-Length is not a valid number.")
            if len(length) > 15 or int(length) > self._max_size:  # noqa: PLR2004 - digits
                raise self._too_large()
        coding = headers.get(b"content-encoding", b"identity").lower()
        if coding != b"identity" and coding.decode("latin-1") not in self._codings:
            raise self._unsupported_coding()
        found = self._exact.get(media_type) if media_type is not None else None
        if found is None and media_type is not None:
            found = self._find(media_type.decode("latin-1"))
        if found is None and (media_type is not None or length not in (None, b"0") or b"transfer-encoding" in headers):
            raise self._unsupported()
        return found

    def _unsupported(self) -> RequestRejected:
        supported = f"Supported media types: {self._names}." if self._names else "The media type of the body is not supported."
        return RequestRejected(415, supported, self._accept)

    def _unsupported_coding(self) -> RequestRejected:
        """The rejection of a content coding, with the supported ones (RFC 9110 12.5.3)."""
        names = ", ".join(self._codings)
        text = f"Supported content codings: {names}, identity." if names else "Content-Encoding is not supported."
        return RequestRejected(415, text, (*self._accept, (b"accept-encoding", (names or "identity").encode())))

    def _decoded(self, raw: bytes, coding: str) -> bytes:
        if coding == "identity":
            return raw
        try:
            return inflated(raw, coding, self._max_size)
        except TooLargeError:
            raise self._too_large() from None
        except ValueError:
            raise RequestRejected(400, f"The body is not valid {coding}.") from None

    def _too_large(self) -> RequestRejected:
        return RequestRejected(413, f"The body is larger than {self._max_size} bytes.")

    async def _receive_all(self, receive: Receive) -> bytes:
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            if size > self._max_size:
                raise self._too_large()
            if not message.get("more_body", False):
                return b"".join([*chunks, chunk]) if chunks else chunk
            chunks.append(chunk)
