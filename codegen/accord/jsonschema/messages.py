"""What a fault says to the client: the bound that the document sets, in one sentence. What was sent is never repeated.

The sentence follows the name of the place (`/password must be at least 8 characters long`) and fits in 200 characters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

_LONGEST = 180  # characters, with room for what stands around it; the document bounds `message` to 200
_MOST_VALUES = 10
_SHORT = 100  # characters of listed values
_PATTERN = 120  # characters of a pattern; longer ones help nobody

# Where the document sets no bound that could be named.
PLAIN = {
    "additionalProperties": "is not a known member",
    "anyOf": "must match at least one of the allowed schemas",
    "const": "must be the one allowed value",
    "contains": "has too few or too many of the required items",
    "contentEncoding": "is not encoded as documented",
    "contentType": "has a content type that is not allowed",
    "dependentRequired": "is required together with another member",
    "encoding": "is not valid UTF-8",
    "enum": "must be one of the allowed values",
    "format": "is not in the required format",
    "headers": "is missing a required header, or has an invalid one",
    "exclusiveMaximum": "is too large",
    "exclusiveMinimum": "is too small",
    "items": "is not an allowed item",
    "maxItems": "has too many items",
    "maxLength": "is too long",
    "maxProperties": "has too many members",
    "maximum": "is too large",
    "minItems": "has too few items",
    "minLength": "is too short",
    "minProperties": "has too few members",
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
    "propertyNames": "has a member whose name is not allowed",
    "patternProperties": "is not allowed",
    "unevaluatedItems": "is not an allowed item",
    "unevaluatedProperties": "is not a known member",
    "uniqueItems": "must not contain the same item twice",
    "unknown": "is not a known parameter",
    "writeOnly": "is write-only: it cannot be answered",
}
_MUST, _JOINED = "must be ", frozenset({"const", "format", "type"})
_UNSAID = object()
_ANYTHING = "does not satisfy the contract"

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


def message(keyword: str, value: object = _UNSAID) -> str:
    """The sentence for a keyword whose value in the document is this one."""
    write = _BOUNDS.get(keyword)
    told = write(value) if write is not None and value is not _UNSAID else None
    return told if told is not None and len(told) <= _LONGEST else PLAIN.get(keyword, _ANYTHING)


def alternatively(keyword: str, one: str, other: str) -> str:
    """The sentence for a value that is refused for both reasons by the same keyword, as by two alternatives."""
    second = other.removeprefix(_MUST)
    if second in one:
        return one
    both = f"{one} or {second}"
    joined = keyword in _JOINED and one.startswith(_MUST) and other.startswith(_MUST) and len(both) <= _LONGEST
    return both if joined else PLAIN.get(keyword, _ANYTHING)


def _count(unit: str, least: str, most: str = "") -> Callable[[Any], str | None]:
    def write(bound: Any) -> str | None:  # noqa: ANN401 - any JSON value
        if isinstance(bound, bool) or not isinstance(bound, (int, float)):
            return None
        return f"{least} {bound:g} {unit}{'' if bound == 1 else 's'}{most}" if bound < _EXACT else None

    return write


_EXACT = 10**6  # `:g` writes six digits


def _number(text: str) -> Callable[[Any], str | None]:
    def write(bound: Any) -> str | None:  # noqa: ANN401 - any JSON value
        return f"{text} {_written(bound)}" if isinstance(bound, (int, float)) and not isinstance(bound, bool) else None

    return write


def _written(value: object) -> str:
    """A value as JSON writes it; texts that cannot be misread without quotes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # of any size
    if isinstance(value, str) and value.strip() == value != "" and "," not in value and '"' not in value:
        return value
    return msgspec.json.encode(value).decode()


def _listed(values: Any) -> str | None:  # noqa: ANN401 - any JSON value
    if not isinstance(values, list) or not 0 < len(values) <= _MOST_VALUES:
        return None
    text = ", ".join(map(_written, values))
    if len(text) > _SHORT or not text.isprintable():
        return None
    return f"must be one of: {text}" if len(values) > 1 else f"must be {text}"


def _typed(types: Any) -> str | None:  # noqa: ANN401 - any JSON value
    names = [_TYPES.get(str(name), "") for name in ([types] if isinstance(types, str) else types or ())]
    if not names or "" in names:
        return None
    *first, last = sorted(names, key="null".__eq__)
    return f"must be {', '.join(first)} or {last}" if first else f"must be {last}"


def _formatted(name: Any) -> str | None:  # noqa: ANN401 - any JSON value
    if name in _FORMATS:
        return f"must be {_FORMATS[name]}"
    return f"must be in the format {name}" if isinstance(name, str) and name.isprintable() else None


def _matching(pattern: Any) -> str | None:  # noqa: ANN401 - any JSON value
    shown = isinstance(pattern, str) and len(pattern) <= _PATTERN and pattern.isprintable()
    return f"must match the pattern {pattern}" if shown else None


def _length(least: str) -> Callable[[Any], str | None]:
    return _count("character", least, " long")


_BOUNDS: dict[str, Callable[[Any], str | None]] = {
    "const": lambda value: _listed([value]),
    "dependentRequired": lambda name: f"is required when {name} is present" if str(name).isprintable() else None,
    "enum": _listed,
    "exclusiveMaximum": _number("must be less than"),
    "exclusiveMinimum": _number("must be greater than"),
    "format": _formatted,
    "maxItems": _count("item", "must have at most"),
    "maxLength": _length("must be at most"),
    "maxProperties": _count("member", "must have at most"),
    "maximum": _number("must be at most"),
    "minItems": _count("item", "must have at least"),
    "minLength": _length("must be at least"),
    "minProperties": _count("member", "must have at least"),
    "minimum": _number("must be at least"),
    "multipleOf": _number("must be a multiple of"),
    "pattern": _matching,
    "type": _typed,
}
