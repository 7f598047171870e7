"""Response headers as text: scalars as JSON writes them, arrays and objects in the style `simple`, `content` as JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import msgspec

from accord.jsonschema.types import types_of
from accord.openapi.header import Header
from accord.openapi.values.primitives import scalar
from accord.runtime.responses.encoded import encode

# Their values are instants of HTTP (RFC 9110, 5.6.7), not of JSON.
_INSTANTS = frozenset({"last-modified", "expires", "date", "if-modified-since", "if-unmodified-since"})
_COOKIE = "set-cookie"  # the one header whose values are never joined (RFC 6265, 3)
_WIDE = re.compile(r"[^\x00-\x7f]+")
_COMMA = re.compile(r"[ \t]*,[ \t]*")

Write = Callable[[Any], list[str]]  # the lines of a header


def text(value: Any) -> str:  # noqa: ANN401 - any JSON scalar, or an instant
    """A scalar as JSON writes it, without quotes."""
    return value if isinstance(value, str) else encode(value).strip(b'"').decode()


def line(name: bytes, value: str) -> tuple[bytes, bytes]:
    """One line of a head.

    Raises:
        ValueError: a text that no header can hold.
    """
    if not value.isprintable():
        raise ValueError(f"the header {name.decode()} would hold a control character")
    return name, value.encode("latin-1")


def writer(header: Header) -> Write | None:
    """How the values of a header are written; None if it holds one scalar."""
    name = header.name.lower()
    if header.media is not None:
        return lambda value: [_ascii(encode(value).decode())]
    if name in _INSTANTS:
        return lambda value: [_instant(value)]
    types = types_of(header.schema)
    if name == _COOKIE:
        return lambda value: [text(item) for item in value] if isinstance(value, (list, tuple)) else [text(value)]
    if not types & {"array", "object"}:
        return None
    pair = "=" if header.explode else ","

    def write(value: Any) -> list[str]:  # noqa: ANN401 - any JSON value
        if isinstance(value, (msgspec.Struct, Mapping)) or hasattr(value, "model_dump"):
            members = msgspec.json.decode(encode(value))
            return [",".join(f"{_item(name, key)}{pair}{_item(name, item)}" for key, item in members.items())]
        return [",".join(_item(name, item) for item in value)] if isinstance(value, (list, tuple)) else [text(value)]

    return write


def _ascii(written: str) -> str:
    """The same JSON without characters that a header does not hold; they stand in texts only."""
    return _WIDE.sub(lambda found: json.dumps(found[0])[1:-1], written)


def _instant(value: Any) -> str:  # noqa: ANN401 - a text or an instant
    return format_datetime(value.astimezone(UTC), usegmt=True) if isinstance(value, datetime) else text(value)


def _item(name: str, value: Any) -> str:  # noqa: ANN401 - any JSON scalar
    written = text(value)
    if "," in written or written != written.strip(" \t") or isinstance(value, (list, dict)):
        raise ValueError(f"the header {name} is a list, so its items hold no comma and no list")
    return written


def reader(header: Header) -> Callable[[list[str]], Any]:
    """How the lines of a header are read: the value that its schema judges."""
    if header.media is not None:
        return lambda lines: _json(", ".join(lines))
    schema = header.schema.resolved()
    types = types_of(schema)
    one = scalar(types - {"array", "object", "null"} or {"string"})
    items = schema.get("items")
    item = scalar(types_of(items)) if items is not None else scalar({"string"})
    if "array" in types:
        if header.name.lower() == _COOKIE:
            return lambda lines: [item(line) for line in lines]
        return lambda lines: [item(part) for part in _parts(lines)]
    if "object" in types:
        properties = schema.get("properties")
        members = {name: scalar(types_of(member)) for name, member in (properties.named() if properties else ())}
        return lambda lines: _object(_parts(lines), members, explode=header.explode)
    return lambda lines: one(", ".join(lines))


def _parts(lines: list[str]) -> list[str]:
    joined = ", ".join(lines)
    return _COMMA.split(joined) if joined else []


def _json(sent: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return msgspec.json.decode(sent)
    except msgspec.DecodeError:
        return sent


def _object(parts: list[str], members: dict[str, Callable[[str], Any]], *, explode: bool) -> Any:  # noqa: ANN401 - a JSON value
    if explode:
        pairs = [part.partition("=")[::2] for part in parts]
    elif len(parts) % 2 == 0:
        pairs = list(zip(parts[::2], parts[1::2], strict=True))
    else:
        return ",".join(parts)  # no object, as the judge will say
    return {name: members.get(name, str)(value) for name, value in pairs}
