"""`contentEncoding`: the encodings of RFC 2045, 6.1, and RFC 4648, which JSON Schema refers to."""

from __future__ import annotations

import base64
import binascii
import quopri
from collections.abc import Callable
from typing import Any

_AS_IS = ("7bit", "8bit", "binary")


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "base64": lambda content: base64.b64decode(content, validate=True),
    "base64url": lambda content: base64.b64decode(content + b"=" * (-len(content) % 4), altchars=b"-_", validate=True),
    "base32": base64.b32decode,
    "base32hex": base64.b32hexdecode,
    "base16": lambda content: base64.b16decode(content, casefold=True),
    "quoted-printable": quopri.decodestring,
}
CODINGS = (*_AS_IS, *_DECODERS)


def coding_of(schema: dict[str, Any]) -> str | None:
    """The encoding of a schema in lower case; OpenAPI 3.0 writes `format: byte` for base64."""
    written = schema.get("contentEncoding", "base64" if schema.get("format") == "byte" else None)
    return str(written).lower() if written is not None else None


def is_text(coding: str) -> bool:
    """Whether the encoded text is the text itself."""
    return coding in ("7bit", "8bit")


def is_identity(coding: str) -> bool:
    """Whether an encoding does not change the bytes."""
    return coding in _AS_IS


def decoded(content: bytes, coding: str) -> bytes | None:
    """The decoded content, which may be folded into lines (RFC 2045, 6.8); None if it is not in that encoding."""
    if is_identity(coding):
        return content
    if coding != "quoted-printable":
        content = content.translate(None, b"\r\n")
    try:
        return _DECODERS[coding](content)
    except binascii.Error:
        return None
