"""Serializes parameters into paths and queries: the inverse of `styles` and `reader`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote

from pydantic import BaseModel


def path_parameter(value: object, style: str, name: str, *, explode: bool = False, reserved: str = "") -> str:
    """A path parameter in its style, percent-encoded. `name` is already encoded.

    `reserved` are characters that are delimiters in this segment, so that they must be encoded in values.
    """
    value = _plain(value)
    prefix = {"label": ".", "matrix": f";{name}="}.get(style, "")
    delimiter = {"label": ".", "matrix": prefix}.get(style, ",") if explode else ","
    reserved += "." if delimiter == "." else ""
    if isinstance(value, Mapping):
        if explode:
            prefix, delimiter = {"label": (".", "."), "matrix": (";", ";")}.get(style, ("", ","))
        equals = "=" if explode else ","
        pairs = (f"{_encoded(key, reserved)}{equals}{_encoded(item, reserved)}" for key, item in value.items())
        return prefix + delimiter.join(pairs)
    if isinstance(value, list):
        return prefix + delimiter.join(_encoded(item, reserved) for item in value)
    return prefix + _encoded(value, reserved)


def json_parameter(value: object) -> str:
    """A parameter with JSON `content`, percent-encoded."""
    return quote(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_dump), safe="")


def _plain(value: object) -> object:
    return value.model_dump(mode="json", by_alias=True) if isinstance(value, BaseModel) else value


def _dump(value: object) -> object:
    if isinstance(value, BaseModel):
        return _plain(value)
    raise TypeError(f"{type(value).__name__} cannot be encoded as JSON")


def _encoded(value: object, reserved: str = "") -> str:
    """A scalar as in JSON, percent-encoded."""
    if value is None or isinstance(value, bool):
        value = "null" if value is None else str(value).lower()
    if not reserved:
        return quote(str(value), safe="")
    return "".join(
        "".join(f"%{byte:02X}" for byte in char.encode()) if char in reserved else quote(char, safe="") for char in str(value)
    )


def query_parameter(value: object, style: str, name: str, *, explode: bool = True) -> list[str]:
    """The `name=value` pairs of a query parameter in its style, percent-encoded.

    Raises:
        ValueError: an item contains the delimiter of its style, which cannot be escaped (OpenAPI, Style Examples).
    """
    value = _plain(value)
    key = quote(name, safe="")
    delimiter = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(style, ",")
    if isinstance(value, Mapping) and (explode or style == "deepObject"):
        pairs = [(member, item) for member, items in value.items() for item in (items if isinstance(items, list) else [items])]
        template = f"{key}[{{}}]" if style == "deepObject" else "{}"
        return [f"{template.format(_encoded(member))}={_encoded(item)}" for member, item in pairs]
    if not isinstance(value, (Mapping, list)):
        return [f"{key}={_encoded(value)}"]
    parts = [part for pair in value.items() for part in pair] if isinstance(value, Mapping) else value
    items = [_encoded(part) for part in parts]
    if explode:
        return [f"{key}={item}" for item in items]
    if delimiter != "," and any(delimiter in item for item in items):
        raise ValueError(f"an item of {name!r} contains the delimiter of the style {style}")
    return [f"{key}={delimiter.join(items)}"]
