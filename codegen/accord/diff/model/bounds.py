"""Bounds of a schema: of lengths and counts, and of numbers, where integers have the nearest integer as their bound."""

from __future__ import annotations

import math
from typing import Any

from accord.diff.model.schema import Schema

# The limit, and whether it is itself excluded. Without a limit it is infinite.
Bound = tuple[float, bool]
Interval = tuple[Bound, Bound]

# Keywords that bound the size of a value of a type.
SIZES = {
    "string": ("minLength", "maxLength"),
    "array": ("minItems", "maxItems"),
    "object": ("minProperties", "maxProperties"),
}


def is_number(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether it is a JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def count(schema: Schema, keyword: str, default: float) -> Bound:
    """The strictest value of a keyword for lengths or counts, else the default."""
    strictest = max if keyword.startswith("min") else min
    return strictest((node.value for node in schema.nodes(keyword) if is_number(node.value)), default=default), False


def number(schema: Schema, keyword: str) -> Bound:
    """The strictest `minimum` or `maximum`, exclusive ones included."""
    sign, exclusive = (1 if keyword == "minimum" else -1), f"exclusive{keyword.title()}"
    found: list[Bound] = []
    for part in schema.parts:
        plain, strict = part.value.get(keyword), part.value.get(exclusive)
        if is_number(plain):
            found.append((plain, strict is True))  # a boolean in OpenAPI 3.0
        if is_number(strict):
            found.append((strict, True))
    limit, excluded = max(found, key=lambda bound: (sign * bound[0], bound[1]), default=(-sign * math.inf, False))
    if "fraction" in schema.types or limit in (math.inf, -math.inf):
        return limit, excluded
    whole = math.ceil(limit) if sign == 1 else math.floor(limit)
    return (whole + sign if excluded and whole == limit else whole), False


def meet(one: Interval, other: Interval) -> bool:
    """Whether a value is in both intervals."""
    low = max(one[0], other[0])
    high = min(one[1], other[1], key=lambda bound: (bound[0], not bound[1]))
    return low[0] < high[0] or (low[0] == high[0] and not low[1] and not high[1])
