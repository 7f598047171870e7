"""Faults of values: the keyword that rejects a value, its message with the bound of the schema, and the members by name."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import jsonschema_rs

from accord.document.pointer import tokens
from accord.jsonschema.formats import format_of
from accord.jsonschema.messages import PLAIN, message
from accord.jsonschema.regex.ecma import matches, translation

_UNEVALUATED = ("unevaluatedItems", "unevaluatedProperties")
_HIDDEN = "$comment"  # the only member of a `not` written by `read_write_only`; its value is the keyword
# Keywords that hold schemas: where one is `false`, the keyword itself is reported.
_APPLICATORS = frozenset({"additionalProperties", "contains", "items", "propertyNames", *_UNEVALUATED})
_COLLECTIONS = frozenset({"patternProperties", "prefixItems", "properties"})


class Rule(NamedTuple):
    """A keyword of a schema. `names` yields the members that it rejects or misses, each with its keyword, name and message."""

    keyword: str
    message: str
    names: Callable[[Any], Iterator[tuple[str, str, str]]] | None = None


def rule_at(schema: dict[str, Any], location: str) -> Rule:
    """The keyword at a JSON Pointer. Within a schema with an `$id` only its name is known."""
    steps = tokens(location)
    if steps[-1].isdecimal() and steps[-2:-1] == ["dependentRequired"]:  # the validator names a place in its list
        steps.pop()
    holders: list[Any] = [schema]
    try:
        for step in steps:
            holders.append(holders[-1][int(step)] if isinstance(holders[-1], list) else holders[-1][step])
    except (KeyError, ValueError, IndexError, TypeError):
        return Rule(steps[-1], message(steps[-1]))
    return _rule(holders[-2], holders[-1], steps)


def _rule(holder: Any, value: Any, steps: list[str]) -> Rule:  # noqa: ANN401 - any JSON value
    keyword = steps[-1]
    if value is False and keyword not in _APPLICATORS:
        keyword = steps[-2] if len(steps) > 1 and steps[-2] in _COLLECTIONS else "not"
    elif keyword == "not" and isinstance(value, dict) and _HIDDEN in value and value == {_HIDDEN: value[_HIDDEN]}:
        keyword = value[_HIDDEN]
    elif keyword == "pattern" and (name := format_of(value)) is not None:
        keyword, value = "format", name
    if keyword == "required":
        return Rule(keyword, message(keyword), functools.partial(_missing, value))
    if keyword == "dependentRequired":
        return Rule(keyword, message(keyword), functools.partial(_missing_beside, value))
    if keyword == "additionalProperties":
        return Rule(keyword, message(keyword), functools.partial(_unknown, holder))
    if "propertyNames" in steps[-2:]:
        return Rule("propertyNames", message("propertyNames"), functools.partial(_misnamed, keyword, value))
    return Rule(keyword, message(keyword, value))


def _missing(required: Iterable[str], instance: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    return (("required", name, PLAIN["required"]) for name in required if name not in instance)


def _missing_beside(required: dict[str, list[str]], instance: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for name, others in required.items():
        if name in instance:
            for other in others:
                if other not in instance:
                    yield "dependentRequired", other, message("dependentRequired", name)


def _unknown(schema: dict[str, Any], instance: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The unknown members of a closed object, and the missing ones, which the validator may not report beside them."""
    yield from _missing(schema.get("required", ()), instance)
    known, patterns = schema.get("properties", ()), schema.get("patternProperties", ())
    for name in instance:
        if name not in known and not any(matches(pattern, name) for pattern in patterns):
            yield "additionalProperties", name, PLAIN["additionalProperties"]


def _misnamed(keyword: str, value: Any, instance: dict[str, Any]) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 - any JSON value
    """The members whose names a keyword within `propertyNames` rejects."""
    if keyword == "propertyNames":  # false
        return (("propertyNames", name, message("properties")) for name in instance)
    written = translation(value) if keyword == "pattern" else value
    fits = jsonschema_rs.Draft202012Validator({keyword: written}, validate_formats=True).is_valid
    text = f"has a name that {message(keyword, value)}"
    return (("propertyNames", name, text) for name in instance if not fits(name))
