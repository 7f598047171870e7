"""How path helpers write a parameter: the inverse of how `styles` and `lexis` read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import quote

from pydantic import BaseModel


def filled(value: object, style: str, name: str, *, explode: bool = False, reserved: str = "") -> str:
    """A value as its style writes it, quoted. `name` is quoted already.

    `reserved` are characters that delimit something in this segment, though values may hold them unquoted elsewhere.
    """
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", by_alias=True)
    first = {"label": ".", "matrix": f";{name}="}.get(style, "")
    between = {"label": ".", "matrix": first}.get(style, ",") if explode else ","
    reserved += "." if between == "." else ""
    if isinstance(value, Mapping):
        if explode:
            first, between = {"label": (".", "."), "matrix": (";", ";")}.get(style, ("", ","))
        equals = "=" if explode else ","
        pairs = (f"{_quoted(key, reserved)}{equals}{_quoted(member, reserved)}" for key, member in value.items())
        return first + between.join(pairs)
    if isinstance(value, list):
        return first + between.join(_quoted(item, reserved) for item in value)
    return first + _quoted(value, reserved)


def filled_json(value: object) -> str:
    """A value of a parameter whose `content` is JSON, quoted."""
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", by_alias=True)
    return quote(json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain), safe="")


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    raise TypeError(f"{type(value).__name__} is no value of JSON")


def _quoted(value: object, reserved: str) -> str:
    """The JSON spelling of a scalar, quoted."""
    if value is None or isinstance(value, bool):
        value = "null" if value is None else str(value).lower()
    if not reserved:
        return quote(str(value), safe="")
    return "".join(
        "".join(f"%{byte:02X}" for byte in one.encode()) if one in reserved else quote(one, safe="") for one in str(value)
    )


def query_texts(value: object, style: str, name: str, *, explode: bool = True) -> list[str]:
    """A query parameter as its style writes it, quoted: the parts that `&` joins.

    Raises:
        ValueError: an item holds the delimiter of its style, which nobody could tell from one (OpenAPI, Style Examples).
    """
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json", by_alias=True)
    key = quote(name, safe="")
    between = {"spaceDelimited": "%20", "pipeDelimited": "%7C"}.get(style, ",")
    if isinstance(value, Mapping) and (explode or style == "deepObject"):
        pairs = [(member, item) for member, held in value.items() for item in (held if isinstance(held, list) else [held])]
        own = f"{key}[{{}}]" if style == "deepObject" else "{}"
        return [f"{own.format(_quoted(member, ''))}={_quoted(item, '')}" for member, item in pairs]
    if not isinstance(value, (Mapping, list)):
        return [f"{key}={_quoted(value, '')}"]
    parts = [part for pair in value.items() for part in pair] if isinstance(value, Mapping) else value
    items = [_quoted(part, "") for part in parts]
    if explode:
        return [f"{key}={item}" for item in items]
    if between != "," and any(between in item for item in items):
        raise ValueError(f"an item of {name!r} holds the delimiter of the style {style}")
    return [f"{key}={between.join(items)}"]
