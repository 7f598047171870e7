"""Strict parsing of JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import jiter

_EXACT = 2.0**53  # integral floats up to here are exact integers


def strict_json(raw: bytes) -> Any:  # noqa: ANN401 - any JSON value
    """Parse one JSON value: UTF-8, no repeated members, no NaN, no lone surrogates, nesting below 200.

    Integral numbers (`1.0`, `1e2`) become integers, as which JSON Schema treats them.

    Raises:
        ValueError: it is not such a text.
    """
    value = jiter.from_json(raw, allow_inf_nan=False, catch_duplicate_keys=True, cache_mode="keys")
    holder = [value]
    _normalise(holder, enumerate(holder))
    return holder[0]


def integers(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A JSON value with every integral float as an integer, of any size: `1e16` is an integer in JSON Schema (Core, 4.2.3)."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [integers(item) for item in value]
    return {name: integers(item) for name, item in value.items()} if isinstance(value, dict) else value


def _normalise(container: Any, items: Iterable[tuple[Any, Any]]) -> None:  # noqa: ANN401 - a list or a dict
    """Visit every float once: reject those that overflowed to infinity (`1e400`), turn integral ones into integers."""
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
