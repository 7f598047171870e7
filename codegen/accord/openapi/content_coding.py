"""Content codings of request bodies (`Content-Encoding`, RFC 9110, 8.4.1) that the standard library supports."""

from __future__ import annotations

import zlib

from accord.jsonschema.schema import allowed_values
from accord.openapi.operation import Operation

_WBITS = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's numbers for the two formats
_MOST_MEMBERS = 16
CODINGS = ("identity", *_WBITS)


class TooLargeError(ValueError):
    """The decoded body is larger than the limit."""


def codings(operation: Operation) -> tuple[str, ...]:
    """The content codings that an operation accepts: those of its `Content-Encoding` parameter, if it has one."""
    for parameter in operation.parameters:
        if parameter.place == "header" and parameter.name.lower() == "content-encoding":
            named = allowed_values(parameter.schema)
            return tuple(_WBITS) if named is None else tuple(str(name).lower() for name in named if name != "identity")
    return ()


def inflated(raw: bytes, coding: str, limit: int) -> bytes:
    """Decode a body; at most `limit` bytes are produced.

    Raises:
        TooLargeError: the decoded body is larger than the limit.
        ValueError: the body is not in that coding, is incomplete, or has trailing data.
    """
    made, rest = b"", raw
    for _ in range(_MOST_MEMBERS):  # gzip may have several (RFC 1952, 2.2)
        inflater = zlib.decompressobj(_WBITS[coding])
        try:
            made += inflater.decompress(rest, limit + 1 - len(made))
        except zlib.error as error:
            raise ValueError(str(error)) from None
        if len(made) > limit:
            raise TooLargeError
        if not inflater.eof or (inflater.unused_data and coding == "deflate"):
            raise ValueError("the body is incomplete or has trailing data")
        if not (rest := inflater.unused_data):
            return made
    raise ValueError("the body has too many members")
