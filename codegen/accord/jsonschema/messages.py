"""The message of each failed JSON Schema keyword, with the bound from the document. A message never repeats the client's input.

A message follows a JSON Pointer (`/password must be at least 8 characters long`) and has at most 200 characters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

_MAX_LENGTH = 180  # characters, leaving room for a prefix: the document limits `message` to 200
_MAX_VALUES = 10  # of an enum that is listed
_MAX_VALUES_LENGTH = 100  # characters of the listed values
_MAX_PATTERN_LENGTH = 120  # characters of a pattern that is shown

# Used when the bound is missing, or too long to be shown.
PLAIN = {
    "additionalProperties": "is not a known property",
    "anyOf": "must match at least one of the allowed schemas",
    "const": "must be the one allowed value",
    "contains": "has too few or too many of the required items",
    "contentEncoding": "is not encoded as documented",
    "contentType": "has a content type that is not allowed",
    "dependentRequired": "is required together with another property",
    "encoding": "is not valid UTF-8",
    "enum": "must be one of the allowed values",
    "format": "is not in the required format",
    "headers": "is missing a required header, or has an invalid one",
    "exclusiveMaximum": "is too large",
    "exclusiveMinimum": "is too small",
    "items": "is not an allowed item",
    "maxItems": "has too many items",
    "maxLength": "is too long",
    "maxProperties": "has too many properties",
    "maximum": "is too large",
    "minItems": "has too few items",
    "minLength": "is too short",
    "minProperties": "has too few properties",
    "minimum": "is too small",
    "multipleOf": "is not a multiple of the allowed step",
    "not": "is not allowed",
    "oneOf": "must match exactly one of the allowed schemas",
    "pattern": "does not match the required pattern",
    "readOnly": "is read-only: it cannot be sent",
    "repeated": "must occur only once",
    "required": "is required",
    "syntax": "is not valid JSON",
    "type": "has the wrong type",
    "prefixItems": "is not an allowed item",
    "properties": "is not allowed",
    "propertyNames": "has a property whose name is not allowed",
    "patternProperties": "is not allowed",
    "unevaluatedItems": "is not an allowed item",
    "unevaluatedProperties": "is not a known property",
    "uniqueItems": "must not contain the same item twice",
    "unknown": "is not a known parameter",
    "writeOnly": "is write-only: it cannot be returned",
}
_MUST_BE, _COMBINABLE = "must be ", frozenset({"const", "format", "type"})
_NO_VALUE = object()
_FALLBACK = "does not satisfy the contract"

_TYPES = {
    "array": "an array",
    "boolean": "true or false",
    "integer": "an integer",
    "null": "null",
    "number": "a number",
    "object": "an object",
    "string": "a string",
}
_FORMATS = {
    "date": "a date, such as 2026-02-06",
    "date-time": "a date and time with an offset (RFC 3339), such as 2026-02-06T10:30:00Z",
    "duration": "a duration (ISO 8601), such as P3D",
    "email": "a valid e-mail address",
    "hostname": "a valid host name",
    "idn-email": "a valid e-mail address",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
    "json-pointer": "a JSON Pointer (RFC 6901)",
    "regex": "a regular expression",
    "time": "a time with an offset (RFC 3339), such as 10:30:00Z",
    "uri": "a URI",
    "uri-reference": "a URI or a relative reference",
    "uri-template": "a URI template (RFC 6570)",
    "uuid": "a UUID",
}


def message(keyword: str, value: object = _NO_VALUE) -> str:
    """The message for a keyword and its value in the schema."""
    write = _WITH_BOUND.get(keyword)
    text = write(value) if write is not None and value is not _NO_VALUE else None
    return text if text is not None and len(text) <= _MAX_LENGTH else PLAIN.get(keyword, _FALLBACK)


def alternatively(keyword: str, one: str, other: str) -> str:
    """One message for a keyword that fails twice at one place, usually in two alternatives."""
    second = other.removeprefix(_MUST_BE)
    if second in one:
        return one
    both = f"{one} or {second}"
    combinable = keyword in _COMBINABLE and one.startswith(_MUST_BE) and other.startswith(_MUST_BE)
    return both if combinable and len(both) <= _MAX_LENGTH else PLAIN.get(keyword, _FALLBACK)


def _count(prefix: str, unit: str, units: str, suffix: str = "") -> Callable[[Any], str | None]:
    def write(bound: Any) -> str | None:  # noqa: ANN401 - any JSON value
        if isinstance(bound, bool) or not isinstance(bound, (int, float)):
            return None
        return f"{prefix} {bound:g} {unit if bound == 1 else units}{suffix}" if bound < _EXACT else None

    return write


_EXACT = 10**6  # `:g` writes at most six digits


def _number(prefix: str) -> Callable[[Any], str | None]:
    def write(bound: Any) -> str | None:  # noqa: ANN401 - any JSON value
        return f"{prefix} {_json(bound)}" if isinstance(bound, (int, float)) and not isinstance(bound, bool) else None

    return write


def _json(value: object) -> str:
    """A value as JSON; an unambiguous string is written without quotes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # of any size
    if isinstance(value, str) and value.strip() == value != "" and "," not in value and '"' not in value:
        return value
    return msgspec.json.encode(value).decode()


def _values(values: Any) -> str | None:  # noqa: ANN401 - any JSON value
    if not isinstance(values, list) or not 0 < len(values) <= _MAX_VALUES:
        return None
    text = ", ".join(map(_json, values))
    if len(text) > _MAX_VALUES_LENGTH or not text.isprintable():
        return None
    return f"must be one of: {text}" if len(values) > 1 else f"must be {text}"


def _type(types: Any) -> str | None:  # noqa: ANN401 - any JSON value
    names = [_TYPES.get(str(name), "") for name in ([types] if isinstance(types, str) else types or ())]
    if not names or "" in names:
        return None
    *first, last = sorted(names, key="null".__eq__)
    return f"must be {', '.join(first)} or {last}" if first else f"must be {last}"


def _format(name: Any) -> str | None:  # noqa: ANN401 - any JSON value
    if name in _FORMATS:
        return f"must be {_FORMATS[name]}"
    return f"must be in the format {name}" if isinstance(name, str) and name.isprintable() else None


def _pattern(pattern: Any) -> str | None:  # noqa: ANN401 - any JSON value
    shown = isinstance(pattern, str) and len(pattern) <= _MAX_PATTERN_LENGTH and pattern.isprintable()
    return f"must match the pattern {pattern}" if shown else None


def _length(prefix: str) -> Callable[[Any], str | None]:
    return _count(prefix, "character", "characters", " long")


_WITH_BOUND: dict[str, Callable[[Any], str | None]] = {
    "const": lambda value: _values([value]),
    "dependentRequired": lambda name: f"is required when {name} is present" if str(name).isprintable() else None,
    "enum": _values,
    "exclusiveMaximum": _number("must be less than"),
    "exclusiveMinimum": _number("must be greater than"),
    "format": _format,
    "maxItems": _count("must have at most", "item", "items"),
    "maxLength": _length("must be at most"),
    "maxProperties": _count("must have at most", "property", "properties"),
    "maximum": _number("must be at most"),
    "minItems": _count("must have at least", "item", "items"),
    "minLength": _length("must be at least"),
    "minProperties": _count("must have at least", "property", "properties"),
    "minimum": _number("must be at least"),
    "multipleOf": _number("must be a multiple of"),
    "pattern": _pattern,
    "type": _type,
}
