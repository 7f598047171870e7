"""The structure of a schema for generated types: whether it has any, and the members of its objects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from accord.document.document import Node
from accord.document.pointer import Pointer
from accord.jsonschema.schema import (
    ALTERNATIVES,
    CONDITIONAL,
    conjuncts,
    enumerated,
    in_place,
    is_false,
    properties,
    subschemas,
)
from accord.jsonschema.types import declared_types

KINDS = ("object", "array", "string", "number", "boolean", "null")  # an integer is a number
# Keywords that describe more of a value than its type and bounds.
STRUCTURE = frozenset({"properties", "patternProperties", "items", "prefixItems", "enum", "const"})


def composed(*schemas: Node) -> list[Node]:
    """The schemas that a value must all satisfy, those that are included first."""
    return list(conjuncts(*schemas, order="included first"))


def values_of(keyword: str, parts: Iterable[Node]) -> list[Any]:
    """The values of a keyword in all of these schemas that have it."""
    return [part.value[keyword] for part in parts if keyword in part.value]


def types(parts: Iterable[Node]) -> list[str] | None:
    """The JSON types that all of these schemas admit, `integer` left out beside `number`; None if none has a `type`."""
    found = declared_types(parts)
    return found and [name for name in dict.fromkeys(found) if not (name == "integer" and "number" in found)]


def structured(schema: Node) -> bool:
    """Whether a schema describes the structure of a value, not only its bounds."""
    return is_false(schema) or any(
        "type" in part.value
        or STRUCTURE & part.value.keys()
        or isinstance(part.value.get("additionalProperties"), dict)
        or any(map(structured, subschemas(part, *ALTERNATIVES)))
        for part in conjuncts(schema)
    )


def names_within(schema: Node) -> list[str]:
    """The members of an object that a schema describes, also under conditions."""
    return list(properties(*in_place(schema, order="included first")))


def adds_nothing(schema: Node, known: set[str]) -> bool:
    """Whether an alternative describes only members that are known without it."""
    return known.issuperset(names_within(schema)) and not any(
        {"items", "prefixItems", "enum", "const", "patternProperties"} & part.value.keys()
        or part.value.get("type", "object") != "object"
        for part in conjuncts(schema)
    )


@dataclass(slots=True)
class Members:
    """The members of an object, each with its schemas; `extra` are the schemas of members that are not named.

    `maybe` are members that only conditions describe. `closed`: there are no others.
    """

    properties: dict[str, list[Node]] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)
    maybe: list[str] = field(default_factory=list)
    closed: bool = False
    extra: list[Node] | None = None


def members(parts: list[Node], settled: frozenset[tuple[Pointer, str]]) -> Members:
    """The members that the parts of a schema give its objects; of `settled` alternatives one is among the parts."""
    found = Members()
    found.properties = properties(*parts)
    for part in parts:
        found.required |= set(part.value.get("required", ()))
        _extra(part, found)
    closing = any(value is False for value in values_of("unevaluatedProperties", parts))
    found.closed |= closing and not any(map(_opens, in_place(*parts)))
    hidden = (
        name
        for part in parts
        for keyword in CONDITIONAL
        if (part.pointer, keyword) not in settled
        for branch in subschemas(part, keyword)
        for name in names_within(branch)
    )
    found.maybe = [name for name in dict.fromkeys(hidden) if name not in found.properties]
    return found


def _extra(part: Node, found: Members) -> None:
    """Add the schemas of members that a part does not name."""
    by_pattern = subschemas(part, "patternProperties")
    additional = part.value.get("additionalProperties")
    if additional is False:
        found.closed |= not by_pattern
        found.extra = by_pattern or found.extra
    elif isinstance(additional, dict):
        found.extra = [*by_pattern, part.raw_child("additionalProperties")]


def _opens(schema: Node) -> bool:
    """Whether a schema by itself admits members that it does not describe."""
    keywords = ("additionalProperties", "unevaluatedProperties")
    return "patternProperties" in schema.value or any(schema.value.get(keyword, False) is not False for keyword in keywords)


def names_itself(schema: Node, member: str) -> bool:
    """Whether a member of an object lists its values."""
    described = properties(*conjuncts(schema)).get(member, [])
    return enumerated(conjuncts(*described)) is not None
