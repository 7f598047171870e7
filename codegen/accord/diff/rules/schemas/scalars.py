"""`type`, `enum` and `const`, bounds, and the other keywords of strings and numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from accord.diff.findings import Change, Effect, Location
from accord.diff.model.bounds import SIZES, Bound, count, is_number, number
from accord.diff.model.schema import Schema, type_names
from accord.diff.model.walk import Pair
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.formats import ASSERTED

_NUMBERS = ("integer", "fraction")
_MOST_VALUES = 5

# Pairs of formats: every value of the first is also a value of the second.
_WIDER_FORMATS = {
    ("int32", "int64"),
    ("uri", "uri-reference"),
    ("uri", "iri"),
    ("uri-reference", "iri-reference"),
    ("iri", "iri-reference"),
    ("email", "idn-email"),
    ("hostname", "idn-hostname"),
}


def types(pair: Pair) -> Iterator[Change]:
    """`type`, with null, and schemas that accept no value."""
    old, new = pair.old, pair.new
    if old.never or new.never:
        if old.never != new.never:
            effect: Effect = "wider" if old.never else "narrower"
            yield pair.change(effect, "is now allowed" if old.never else "is no longer allowed", pair.location())
        return
    if old.values is not None and new.values is not None:
        return
    # `values` reports the types of enumerated values.
    lost = old.types - new.types if new.values is None else frozenset()
    gained = new.types - old.types if old.values is None else frozenset()
    if lost or gained:
        effect = "both" if lost and gained else "narrower" if lost else "wider"
        what = f"type {type_names(old.types)} -> {type_names(new.types)}"
        yield pair.change(effect, what, pair.location("type", "nullable"))


def values(pair: Pair) -> Iterator[Change]:
    """`enum` and `const`; a `const` counts as an `enum` of one value."""
    old, new = pair.old, pair.new
    if old.never or new.never or (old.values is None and new.values is None):
        return
    if old.values is None or new.values is None:
        listed = new.values if old.values is None else old.values
        effect: Effect = "narrower" if old.values is None else "wider"
        what = "is now restricted to" if old.values is None else "is no longer restricted to"
        yield pair.change(effect, f"{what} {_list(list(listed or ()))}", pair.location("const", "enum"))
        return
    for text, node in old.values.items():
        if text not in new.values:
            yield pair.change("narrower", f"value {text} removed", Location.of(node, old=True))
    for text, node in new.values.items():
        if text not in old.values:
            yield pair.change("wider", f"value {text} added", Location.of(node))


def _list(texts: list[str]) -> str:
    more = f" and {len(texts) - _MOST_VALUES} more" if len(texts) > _MOST_VALUES else ""
    return ", ".join(texts[:_MOST_VALUES]) + more


def bounds(pair: Pair) -> Iterator[Change]:
    """Lengths, counts, `minimum` and `maximum`."""
    for kind, (least, most) in SIZES.items():
        if pair.both_accept(kind):
            yield from count_bound(pair, least)
            yield from count_bound(pair, most)
    if pair.both_accept(*_NUMBERS):
        for keyword in ("minimum", "maximum"):
            none = -math.inf if keyword == "minimum" else math.inf
            yield from _bound(pair, keyword, number(pair.old, keyword), number(pair.new, keyword), none)


def count_bound(pair: Pair, keyword: str, default: float | None = None) -> Iterator[Change]:
    """A bound of a length or count; without the keyword it is the default: else 0 or infinity."""
    none = default if default is not None else 0 if keyword.startswith("min") else math.inf
    yield from _bound(pair, keyword, count(pair.old, keyword, none), count(pair.new, keyword, none), none)


def _bound(pair: Pair, keyword: str, old: Bound, new: Bound, none: float) -> Iterator[Change]:
    if old != new:
        sign = 1 if keyword.startswith("min") else -1
        stricter = (sign * new[0], new[1]) > (sign * old[0], old[1])
        texts = ("none" if limit == none else f"{limit}{' exclusive' if excluded else ''}" for limit, excluded in (old, new))
        location = pair.location(keyword, f"exclusive{keyword.title()}")
        yield pair.change("narrower" if stricter else "wider", f"{keyword} {' -> '.join(texts)}", location)


def strings_and_steps(pair: Pair) -> Iterator[Change]:
    """`pattern` and `format`, `multipleOf`, and `uniqueItems`."""
    for keyword, types in (("pattern", ("string",)), ("format", (*_NUMBERS, "string")), ("multipleOf", _NUMBERS)):
        if pair.both_accept(*types):
            yield from _conjunction(pair, keyword)
    if pair.both_accept("array") and (unique := pair.new.flag("uniqueItems")) != pair.old.flag("uniqueItems"):
        what = f"uniqueItems {str(not unique).lower()} -> {str(unique).lower()}"
        yield pair.change("narrower" if unique else "wider", what, pair.location("uniqueItems"))


def _conjunction(pair: Pair, keyword: str) -> Iterator[Change]:
    """A keyword that may be written several times, in the subschemas of `allOf`: a value must satisfy all of them."""
    old, new = _asserted(pair.old, keyword), _asserted(pair.new, keyword)
    if old.keys() == new.keys():
        return
    if old.keys() <= new.keys():
        effect: Effect = "narrower"
    elif new.keys() <= old.keys():
        effect = "wider"
    else:
        effect = _effect(keyword, list(old.values()), list(new.values()))
    what = f"{keyword} {', '.join(old) or 'none'} -> {', '.join(new) or 'none'}"
    yield pair.change(effect, what, pair.location(keyword))


def _asserted(schema: Schema, keyword: str) -> dict[str, Any]:
    """The values of a keyword by their JSON text, without formats that no validator knows: `annotations` compares those."""
    found = (node.value for node in schema.nodes(keyword))
    return {canonical_json(value): value for value in found if keyword != "format" or value in ASSERTED}


def _effect(keyword: str, old: list[Any], new: list[Any]) -> Effect:
    if len(old) == len(new) == 1:
        before, after = old[0], new[0]
        if keyword == "format" and (before, after) in _WIDER_FORMATS:
            return "wider"
        if keyword == "format" and (after, before) in _WIDER_FORMATS:
            return "narrower"
        if keyword == "multipleOf" and is_number(before) and is_number(after) and before > 0 < after:
            if _divides(after, before):
                return "wider"
            if _divides(before, after):
                return "narrower"
    return "both"


def _divides(divisor: float, dividend: float) -> bool:
    return Fraction(str(dividend)) % Fraction(str(divisor)) == 0
