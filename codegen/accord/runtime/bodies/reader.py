"""The request's body: 413, 415 with `Accept`, 400. How its bytes are read stands in `bodies/`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from accord.document.document import Document
from accord.document.strict_json import strict_json
from accord.openapi.content_coding import TooLargeError, codings, inflated
from accord.openapi.media_type import ContentType, Kind, Media, chosen, content_type, labels
from accord.openapi.operation import Operation
from accord.runtime.bodies.body import Read
from accord.runtime.bodies.form import form_reader
from accord.runtime.bodies.multipart import MultipartReader
from accord.runtime.bodies.text import CHARSETS, read_file, text_reader
from accord.runtime.problems.problem import ClientGone, RequestRejected

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

ABSENT: Final = object()  # no body was sent; a body of `null` is a body

_CHARSETS: dict[Kind, tuple[str, ...]] = {"json": ("utf-8", "utf8"), "form": ("utf-8", "utf8"), "text": tuple(CHARSETS)}
# Nothing is a value of these: a file of no bytes, a form without members.
_EMPTY: tuple[Kind, ...] = ("form", "text", "binary")


def _reader(document: Document, media: Media) -> Read | None:
    """What reads the bodies of a media type; None: the strict reader of JSON."""
    match media.kind:
        case "json":
            return None
        case "form":
            return form_reader(media)
        case "multipart":
            return MultipartReader(document, media)
        case "text":
            return text_reader(media)
        case _:
            return read_file


class BodyReader:
    """Reads the bodies of one operation; made once at start.

    `limit` is in bytes and counted while reading, because Content-Length may be absent or lie.
    """

    __slots__ = ("_accept", "_codings", "_limit", "_names", "_readers", "_required", "_usual")

    def __init__(self, document: Document, described: Operation, limit: int) -> None:
        self._names = ", ".join(described.bodies)
        self._accept = ((b"accept", self._names.encode()),) if self._names else ()
        self._required, self._limit = described.body_required, limit
        self._codings = codings(described)
        self._readers = {name: (media.kind, _reader(document, media)) for name, media in described.bodies.items()}
        # What most clients send: the documented name and nothing else.
        self._usual = {name.encode(): found for name in described.bodies if (found := self._find(name)) is not None}

    async def read(self, headers: dict[bytes, bytes], receive: Receive) -> tuple[Any, str]:
        """The value and the documented name of its media type; `ABSENT` if an optional body was not sent.

        The value of a JSON body is as it is; that of every other is a `Body`.

        Raises:
            RequestRejected: 413, 415 or 400, in this order.
            ClientGone: the client left.
        """
        found = self._judge_head(headers)
        raw = await self._bytes(receive)
        if self._codings and raw:
            raw = self._decoded(raw, headers.get(b"content-encoding", b"identity").decode("latin-1").lower())
        if not raw and (found is None or self._readers[found[0]][0] not in _EMPTY):
            if self._required:
                raise RequestRejected(400, "A body is required.")
            return ABSENT, ""
        if found is None:
            raise self._unsupported()
        name, read, sent = found
        try:
            return strict_json(raw) if read is None else read(raw, sent), name
        except ValueError:
            raise RequestRejected(400) from None

    def _find(self, header: str) -> tuple[str, Read | None, ContentType] | None:
        """The documented media type of a Content-Type, how it is read, and what the header says."""
        sent = content_type(header)
        name = chosen(self._readers, header) if sent is not None else None
        if sent is None or name is None:
            return None
        kind, read = self._readers[name]
        sent = ContentType(sent.essence, {**labels(name), **sent.parameters})
        charsets = _CHARSETS.get(kind)
        if charsets is not None and sent.parameters.get("charset", "utf-8").lower() not in charsets:
            return None
        return name, read, sent

    def _judge_head(self, headers: dict[bytes, bytes]) -> tuple[str, Read | None, ContentType] | None:
        """What to read, None if there seems to be no body; refuses what the headers alone condemn."""
        declared, sent = headers.get(b"content-length"), headers.get(b"content-type")
        if declared is not None:
            if not declared.isdigit():
                raise RequestRejected(400, "Content-Length is no number of bytes.")
            if len(declared) > 15 or int(declared) > self._limit:  # noqa: PLR2004 - digits
                raise self._too_large()
        coding = headers.get(b"content-encoding", b"identity").lower()
        if coding != b"identity" and coding.decode("latin-1") not in self._codings:
            raise self._uncoded()
        found = self._usual.get(sent) if sent is not None else None
        if found is None and sent is not None:
            found = self._find(sent.decode("latin-1"))
        if found is None and (sent is not None or declared not in (None, b"0") or b"transfer-encoding" in headers):
            raise self._unsupported()
        return found

    def _unsupported(self) -> RequestRejected:
        return RequestRejected(
            415, f"Send {self._names}." if self._names else "No media type of this body is supported.", self._accept
        )

    def _uncoded(self) -> RequestRejected:
        """The refusal of a content coding, which tells those that are read (RFC 9110, 12.5.3)."""
        known = ", ".join(self._codings)
        text = (
            f"Send the body as it is, or with Content-Encoding {known}." if known else "Send the body without Content-Encoding."
        )
        return RequestRejected(415, text, (*self._accept, (b"accept-encoding", (known or "identity").encode())))

    def _decoded(self, raw: bytes, coding: str) -> bytes:
        if coding == "identity":
            return raw
        try:
            return inflated(raw, coding, self._limit)
        except TooLargeError:
            raise self._too_large() from None
        except ValueError:
            raise RequestRejected(400, f"The body is not valid {coding}.") from None

    def _too_large(self) -> RequestRejected:
        return RequestRejected(413, f"The body is larger than {self._limit} bytes.")

    async def _bytes(self, receive: Receive) -> bytes:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        raw: bytes = message.get("body", b"")
        if not message.get("more_body", False):
            if len(raw) > self._limit:
                raise self._too_large()
            return raw
        chunks, size = [raw], len(raw)
        while True:
            if size > self._limit:
                raise self._too_large()
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunk = message.get("body", b"")
            chunks.append(chunk)
            size += len(chunk)
            if not message.get("more_body", False):
                break
        if size > self._limit:
            raise self._too_large()
        return b"".join(chunks)
