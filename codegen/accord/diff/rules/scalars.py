"""Types, values, bounds, and the keywords of strings and numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from accord.diff.findings import Change, Effect, Place
from accord.diff.model.schema import Schema, type_names
from accord.diff.model.walk import Pair
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.formats import ASSERTED

# keyword, the types it judges, whether a greater number allows less, and the number that says nothing
_BOUNDS: tuple[tuple[str, frozenset[str], bool, float | None], ...] = (
    ("minLength", frozenset({"string"}), True, 0),
    ("maxLength", frozenset({"string"}), False, None),
    ("minItems", frozenset({"array"}), True, 0),
    ("maxItems", frozenset({"array"}), False, None),
    ("minProperties", frozenset({"object"}), True, 0),
    ("maxProperties", frozenset({"object"}), False, None),
)
_NUMBERS = frozenset({"integer", "fraction"})

# Formats that allow everything that another one allows.
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
    """`type`, with null, and schemas that allow nothing."""
    old, new = pair.old, pair.new
    if old.never or new.never:
        if old.never != new.never:
            effect: Effect = "wider" if old.never else "narrower"
            yield pair.change(effect, "is allowed now" if old.never else "is no longer allowed", pair.place())
        return
    if old.values is not None and new.values is not None:
        return
    lost, gained = old.types - new.types, new.types - old.types
    if new.values is not None:
        lost = frozenset()  # the list of values says it
    if old.values is not None:
        gained = frozenset()
    if lost or gained:
        effect = "both" if lost and gained else "narrower" if lost else "wider"
        yield pair.change(effect, f"type {type_names(old.types)} -> {type_names(new.types)}", pair.place("type", "nullable"))


def values(pair: Pair) -> Iterator[Change]:
    """`enum` and `const`, which say the same."""
    old, new = pair.old, pair.new
    if old.never or new.never or (old.values is None and new.values is None):
        return
    if old.values is None or new.values is None:
        listed = new.values if old.values is None else old.values
        effect: Effect = "narrower" if old.values is None else "wider"
        what = "is restricted to" if old.values is None else "is no longer restricted to"
        yield pair.change(effect, f"{what} {_some(list(listed or ()))}", pair.place("const", "enum"))
        return
    for text, node in old.values.items():
        if text not in new.values:
            yield pair.change("narrower", f"value {text} removed", Place.of(node, old=True))
    for text, node in new.values.items():
        if text not in old.values:
            yield pair.change("wider", f"value {text} added", Place.of(node))


def _some(texts: list[str], most: int = 5) -> str:
    return ", ".join(texts[:most]) + (f" and {len(texts) - most} more" if len(texts) > most else "")


def _lasting(pair: Pair, judged: frozenset[str]) -> bool:
    """Whether a keyword of these types counts: others are told of by `types` and `values`."""
    free = pair.old.values is None and pair.new.values is None
    return free and bool(judged & pair.old.types & pair.new.types)


def bounds(pair: Pair) -> Iterator[Change]:
    """Lengths, sizes and limits."""
    for keyword, judged, lower, idle in _BOUNDS:
        if _lasting(pair, judged):
            old, new = _bound(pair.old, keyword, lower=lower, idle=idle), _bound(pair.new, keyword, lower=lower, idle=idle)
            yield from _moved(pair, (keyword,), old, new, lower=lower)
    if _lasting(pair, _NUMBERS):
        yield from _moved(pair, ("minimum", "exclusiveMinimum"), _limit(pair.old, 1), _limit(pair.new, 1), lower=True)
        yield from _moved(pair, ("maximum", "exclusiveMaximum"), _limit(pair.old, -1), _limit(pair.new, -1), lower=False)


def _bound(schema: Schema, keyword: str, *, lower: bool, idle: float | None) -> tuple[float, bool] | None:
    found = [node.value for node in schema.nodes(keyword) if _number(node.value)]
    strictest = (max(found) if lower else min(found)) if found else None
    return None if strictest in (None, idle) else (strictest, False)


def _limit(schema: Schema, sign: int) -> tuple[float, bool] | None:
    """The strictest lower (`sign` 1) or upper (-1) limit and whether it is itself excluded; of integers it never is."""
    name, exclusive = ("minimum", "exclusiveMinimum") if sign == 1 else ("maximum", "exclusiveMaximum")
    found: list[tuple[float, bool]] = []
    for part in schema.parts:
        plain, strict = part.value.get(name), part.value.get(exclusive)
        if _number(plain):
            found.append((plain, strict is True))  # OpenAPI 3.0 writes a boolean
        if _number(strict):
            found.append((strict, True))
    if not found:
        return None
    number, excluded = max(found, key=lambda limit: (sign * limit[0], limit[1]))
    if "fraction" in schema.types:
        return number, excluded
    whole = math.ceil(number) if sign == 1 else math.floor(number)
    return (whole + sign if excluded and whole == number else whole), False


def _number(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, int | float) and not isinstance(value, bool)


def _moved(
    pair: Pair, keywords: tuple[str, ...], old: tuple[float, bool] | None, new: tuple[float, bool] | None, *, lower: bool
) -> Iterator[Change]:
    if old == new:
        return
    if old is None or new is None:
        stricter = old is None
    else:
        sign = 1 if lower else -1
        stricter = (sign * new[0], new[1]) > (sign * old[0], old[1])
    what = f"{keywords[0]} {_bound_text(old)} -> {_bound_text(new)}"
    yield pair.change("narrower" if stricter else "wider", what, pair.place(*keywords))


def _bound_text(bound: tuple[float, bool] | None) -> str:
    return "none" if bound is None else f"{bound[0]}{' exclusive' if bound[1] else ''}"


def texts(pair: Pair) -> Iterator[Change]:
    """`pattern` and `format` of strings, `multipleOf` of numbers, `uniqueItems` of arrays."""
    for keyword in ("pattern", "format"):
        if _lasting(pair, frozenset({"string"}) | (_NUMBERS if keyword == "format" else frozenset())):
            yield from _worded(pair, keyword)
    if _lasting(pair, _NUMBERS):
        yield from _worded(pair, "multipleOf")
    if _lasting(pair, frozenset({"array"})) and (strict := pair.new.flag("uniqueItems")) != pair.old.flag("uniqueItems"):
        what = f"uniqueItems {str(not strict).lower()} -> {str(strict).lower()}"
        yield pair.change("narrower" if strict else "wider", what, pair.place("uniqueItems"))


def _worded(pair: Pair, keyword: str) -> Iterator[Change]:
    old, new = _validated(pair.old, keyword), _validated(pair.new, keyword)
    if old.keys() == new.keys():
        return
    if old.keys() <= new.keys():
        effect: Effect = "narrower"
    elif new.keys() <= old.keys():
        effect = "wider"
    else:
        effect = _between(keyword, list(old.values()), list(new.values()))
    what = f"{keyword} {', '.join(old) or 'none'} -> {', '.join(new) or 'none'}"
    yield pair.change(effect, what, pair.place(keyword))


def _validated(schema: Schema, keyword: str) -> dict[str, Any]:
    """The values of a keyword by their JSON text; a format that no validator knows is an annotation, which `words` compares."""
    found = (node.value for node in schema.nodes(keyword))
    return {canonical_json(value): value for value in found if keyword != "format" or value in ASSERTED}


def _between(keyword: str, old: list[Any], new: list[Any]) -> Effect:
    if len(old) == len(new) == 1:
        before, after = old[0], new[0]
        if keyword == "format" and (before, after) in _WIDER_FORMATS:
            return "wider"
        if keyword == "format" and (after, before) in _WIDER_FORMATS:
            return "narrower"
        if keyword == "multipleOf" and _number(before) and _number(after) and before > 0 < after:
            if _divides(after, before):
                return "wider"
            if _divides(before, after):
                return "narrower"
    return "both"


def _divides(divisor: float, number: float) -> bool:
    return Fraction(str(number)) % Fraction(str(divisor)) == 0
