"""Whether two schemas can accept the same value: no is certain, yes may be a guess."""

from __future__ import annotations

import math

from accord.diff.model.bounds import SIZES, count, meet, number
from accord.diff.model.schema import TYPES, Schema
from accord.jsonschema.equality import canonical_json


def overlap(one: Schema, other: Schema, types: frozenset[str] = TYPES) -> bool:
    """Whether both may accept a value of one of the types. Schemas with different tags overlap in nothing."""
    if one.values is not None and other.values is not None and not one.values.keys() & other.values.keys():
        return False
    return not contradict(tags(one), tags(other)) and any(_share(kind, one, other) for kind in one.types & other.types & types)


def tags(schema: Schema) -> dict[str, str]:
    """The properties that allow one value only, which tells the alternatives of a union apart."""
    found: dict[str, str] = {}
    for node in schema.nodes("properties"):
        for name, member in node.written():
            if isinstance(member.value, dict):
                listed = [member.value["const"]] if "const" in member.value else member.value.get("enum")
                if isinstance(listed, list) and len(listed) == 1:
                    found[name] = canonical_json(listed[0])
    return found


def contradict(one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether a tag that both have has different values."""
    return any(one[name] != other[name] for name in one.keys() & other.keys())


def _share(kind: str, one: Schema, other: Schema) -> bool:
    """Whether both may accept a value of this type."""
    if kind in SIZES:
        least, most = SIZES[kind]
        mine, theirs = ((count(schema, least, 0), count(schema, most, math.inf)) for schema in (one, other))
        return meet(mine, theirs) and (kind != "object" or not (_lacks(one, other) or _lacks(other, one)))
    if kind in ("integer", "fraction"):
        mine, theirs = ((number(schema, "minimum"), number(schema, "maximum")) for schema in (one, other))
        return meet(mine, theirs)
    return True


def _lacks(one: Schema, other: Schema) -> bool:
    """Whether one requires a property that the other does not define; as in `objects`, unknown properties are not sent."""
    if not other.nodes("properties") or other.nodes("patternProperties"):
        return False
    defined = {name for node in other.nodes("properties") for name, _ in node.written()}
    return any(name not in defined for node in one.nodes("required") if isinstance(node.value, list) for name in node.value)
