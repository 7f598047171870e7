"""Whether two schemas can hold the same value: no is certain, yes may be a guess."""

from __future__ import annotations

import math

from accord.diff.model.schema import TYPES, Schema
from accord.jsonschema.equality import canonical_json

_LENGTHS = (
    ("string", "minLength", "maxLength"),
    ("array", "minItems", "maxItems"),
    ("object", "minProperties", "maxProperties"),
)


def overlap(one: Schema, other: Schema, types: frozenset[str] = TYPES) -> bool:
    """Whether a value of one of the types may fit both. Who names a tag means objects."""
    if one.values is not None and other.values is not None and not one.values.keys() & other.values.keys():
        return False
    return not contradict(tags(one), tags(other)) and any(_share(kind, one, other) for kind in one.types & other.types & types)


def tags(schema: Schema) -> dict[str, str]:
    """The members that can have one value only: they say which branch a value belongs to."""
    found: dict[str, str] = {}
    for node in schema.nodes("properties"):
        for name, member in node.written():
            if isinstance(member.value, dict):
                listed = [member.value["const"]] if "const" in member.value else member.value.get("enum")
                if isinstance(listed, list) and len(listed) == 1:
                    found[name] = canonical_json(listed[0])
    return found


def contradict(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether a member that both name has different values."""
    return any(one[name] != other[name] for name in one.keys() & other.keys())


def _share(kind: str, one: Schema, other: Schema) -> bool:
    """Whether a value of this type may fit both."""
    for name, least, most in _LENGTHS:
        if kind == name and not _meet(_lengths(one, least, most), _lengths(other, least, most)):
            return False
    if kind in ("integer", "fraction"):
        return _meet(_numbers(one), _numbers(other))
    if kind == "object":
        return not _lacks(one, other) and not _lacks(other, one)
    return True


def _lacks(one: Schema, other: Schema) -> bool:
    """Whether one requires a member that the other does not name; members that nobody names are not sent, as `objects` says."""
    if not other.nodes("properties") or other.nodes("patternProperties"):
        return False
    named = {name for node in other.nodes("properties") for name, _ in node.written()}
    return any(name not in named for node in one.nodes("required") if isinstance(node.value, list) for name in node.value)


_HUGE = 10**300

Interval = tuple[float, float]


def _meet(one: Interval, other: Interval) -> bool:
    return max(one[0], other[0]) <= min(one[1], other[1])


def _lengths(schema: Schema, least: str, most: str) -> Interval:
    low = max((float(node.value) for node in schema.nodes(least) if _is_number(node.value)), default=0.0)
    return low, min((float(node.value) for node in schema.nodes(most) if _is_number(node.value)), default=math.inf)


def _numbers(schema: Schema) -> Interval:
    """From the least to the greatest number; an exclusive bound is moved by nearly nothing."""
    lows = [float(node.value) for node in schema.nodes("minimum") if _is_number(node.value)]
    lows += [math.nextafter(node.value, math.inf) for node in schema.nodes("exclusiveMinimum") if _is_number(node.value)]
    highs = [float(node.value) for node in schema.nodes("maximum") if _is_number(node.value)]
    highs += [math.nextafter(node.value, -math.inf) for node in schema.nodes("exclusiveMaximum") if _is_number(node.value)]
    return max(lows, default=-math.inf), min(highs, default=math.inf)


def _is_number(value: object) -> bool:
    """Whether it is a number that a float can hold; beyond that a bound is taken for none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _HUGE
