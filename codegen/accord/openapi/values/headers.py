"""Headers as text: scalars as in JSON, arrays and objects in the style `simple`, `content` as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import msgspec

from accord.jsonschema.types import types_of
from accord.openapi.parameter import Parameter
from accord.openapi.values.encoded import encode

# Their values are HTTP dates (RFC 9110 5.6.7), not JSON ones.
_DATES = frozenset({"last-modified", "expires", "date", "if-modified-since", "if-unmodified-since"})
SET_COOKIE = "set-cookie"  # the only header whose lines are never joined (RFC 6265 3)
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")

HeaderWriter = Callable[[Any], list[str]]  # returns one text for each header line


def scalar_text(value: Any) -> str:  # noqa: ANN401 - any JSON scalar, or a datetime
    """A scalar as in JSON, without quotes."""
    return value if isinstance(value, str) else encode(value).strip(b'"').decode()


def header_line(name: bytes, value: str) -> tuple[bytes, bytes]:
    """One header line.

    Raises:
        ValueError: the value contains a control character.
    """
    if not value.isprintable():
        raise ValueError(f"the header {name.decode()} must not contain control characters")
    return name, value.encode("latin-1")


def header_writer(header: Parameter) -> HeaderWriter | None:
    """The writer of a header; None if its value is a scalar."""
    name = header.name.lower()
    if header.media is not None:
        return lambda value: [_ascii(encode(value).decode())]
    if name in _DATES:
        return lambda value: [_http_date(value)]
    types = types_of(header.schema)
    if name == SET_COOKIE:
        return lambda value: [scalar_text(item) for item in value] if isinstance(value, (list, tuple)) else [scalar_text(value)]
    if not types & {"array", "object"}:
        return None
    separator = "=" if header.explode else ","

    def write(value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
        if isinstance(value, (msgspec.Struct, Mapping)) or hasattr(value, "model_dump"):
            members = msgspec.json.decode(encode(value))
            return [",".join(f"{_item(name, key)}{separator}{_item(name, item)}" for key, item in members.items())]
        return [",".join(_item(name, item) for item in value)] if isinstance(value, (list, tuple)) else [scalar_text(value)]

    return write


def header_values(header: Parameter, value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
    """The text of each line of a header."""
    write = header_writer(header)
    return write(value) if write is not None else [scalar_text(value)]


def _ascii(text: str) -> str:
    """The same JSON, with non-ASCII characters (which only strings contain) escaped."""
    return _NON_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)


def _http_date(value: Any) -> str:  # noqa: ANN401 - a string or a datetime
    return format_datetime(value.astimezone(UTC), usegmt=True) if isinstance(value, datetime) else scalar_text(value)


def _item(name: str, value: Any) -> str:  # noqa: ANN401 - any JSON scalar
    text = scalar_text(value)
    if "," in text or text != text.strip(" \t") or isinstance(value, (list, dict)):
        raise ValueError(f"an item of the header {name} must not contain a comma, outer spaces or a list")
    return text
