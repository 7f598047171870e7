"""The request's body: 413, 415 with `Accept`, 400, and the strict JSON reader."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Final

import jiter

from app.engine.problems import ClientGone, Refusal

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

ABSENT: Final = object()  # no body was sent; a body of `null` is a body

_EXACT = 2.0**53  # integral floats up to here are the integer they look like


def strict_json(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Read one JSON value: UTF-8, no repeated members, no NaN, no lone surrogates, nesting below 200.

    A number that is integral (`1.0`, `1e2`) becomes an integer, which is what JSON Schema takes it for.

    Raises:
        ValueError: it is not such a value.
    """
    value = jiter.from_json(raw, allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="keys")
    holder = [value]
    _normalise(holder, enumerate(holder))
    return holder[0]


def _normalise(container: Any, items: Iterable[tuple[Any, Any]]) -> None:  # noqa: ANN401 - a list or a dict
    """Walk the floats once: refuse what overflowed to infinity (`1e400`), make integral ones integers."""
    for key, value in items:
        kind = type(value)
        if kind is float:
            if value - value != 0.0:
                raise ValueError("a number is out of range")
            if value.is_integer() and abs(value) <= _EXACT:
                container[key] = int(value)
        elif kind is dict:
            _normalise(value, value.items())
        elif kind is list:
            _normalise(value, enumerate(value))


class BodyReader:
    """Reads the bodies of one operation; made once at start.

    `limit` is in bytes and counted while reading, because Content-Length may be absent or lie.
    """

    __slots__ = ("_accept", "_limit", "_media", "_names", "_required")

    def __init__(self, media_types: Iterable[str], *, required: bool, limit: int) -> None:
        self._names = ", ".join(media_types)
        self._media = {name.strip().encode(): name.strip().encode() for name in self._names.split(",")}
        self._accept = ((b"accept", self._names.encode()),)
        self._required, self._limit = required, limit

    def _too_large(self) -> Refusal:
        return Refusal(413, f"The body is larger than {self._limit} bytes.")

    async def read(self, headers: dict[bytes, bytes], receive: Receive) -> tuple[Any, bytes]:
        """The value and its media type; `ABSENT` if an optional body was not sent.

        Raises:
            Refusal: 413, 415 or 400, in this order.
            ClientGone: the client left.
        """
        media = self._judge_head(headers)
        raw = await self._bytes(receive)
        if not raw:
            if self._required:
                raise Refusal(400, "A body is required.")
            return ABSENT, b""
        if media is None:
            raise Refusal(415, f"Send {self._names}.", self._accept)
        try:
            return strict_json(raw), media
        except ValueError:
            raise Refusal(400) from None

    def _judge_head(self, headers: dict[bytes, bytes]) -> bytes | None:
        """The media type, None if there seems to be no body; refuses what the headers alone condemn."""
        declared, sent = headers.get(b"content-length"), headers.get(b"content-type")
        if declared is not None:
            if not declared.isdigit():
                raise Refusal(400, "Content-Length is no number of bytes.")
            if len(declared) > 15 or int(declared) > self._limit:  # noqa: PLR2004 - digits
                raise self._too_large()
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise Refusal(415, "Send the body without Content-Encoding.", self._accept)
        media = self._media.get(sent) if sent is not None else None
        if media is None and sent is not None:
            media = self._media.get(sent.partition(b";")[0].strip().lower())
        if media is None and (sent is not None or declared not in (None, b"0") or b"transfer-encoding" in headers):
            raise Refusal(415, f"Send {self._names}.", self._accept)
        return media

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
