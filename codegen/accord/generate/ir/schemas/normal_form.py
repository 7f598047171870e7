"""The normal form of scalars, enumerations, unions and tuples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from accord.document.document import Node
from accord.document.strict_json import integers
from accord.generate.ir.nodes import Schema
from accord.jsonschema.composition import KINDS, values_of
from accord.jsonschema.equality import canonical_json, common
from accord.jsonschema.regex.portable import compiles
from accord.jsonschema.types import type_of

NEVER: Schema = {"enum": []}  # a schema that no value satisfies

_METADATA = ("description", "default", "deprecated")
_BOUNDS = {
    "string": ("minLength", "maxLength"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    "integer": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "array": ("minItems", "maxItems"),
}
_EXACT = 1 << 53  # integers up to here are the same in every JSON reader
_MOST_TUPLES = 4  # lengths of a list beyond the shortest that are alternatives of a union


def metadata(conjuncts: Iterable[Node], keywords: tuple[str, ...] = _METADATA) -> Schema:
    """The description, default and deprecation: those of the last schema that has them."""
    return {keyword: node.value[keyword] for keyword in keywords for node in conjuncts if keyword in node.value}


def of_type(name: str, conjuncts: list[Node]) -> Schema:
    """A schema of one type with its metadata and the narrowest of its bounds; of an array without its items."""
    if name == "string" and "date-time" in values_of("format", conjuncts):
        return {"type": name, "format": "date-time", **metadata(conjuncts, ("description", "default"))}
    schema: Schema = {"type": name, **(metadata(conjuncts) if name != "null" else {})}
    for keyword in _BOUNDS.get(name, ()):
        if found := [bound for bound in values_of(keyword, conjuncts) if not isinstance(bound, bool)]:
            schema[keyword] = found[-1] if keyword == "multipleOf" else (min if "max" in keyword.lower() else max)(found)
    if name == "string":
        patterns = [pattern for pattern in values_of("pattern", conjuncts) if isinstance(pattern, str) and compiles(pattern)]
        schema |= {"pattern": patterns[-1]} if patterns else {}
    return schema


def enumeration(lists: list[list[Any]], types: list[str] | None, about: Schema) -> Schema | None:
    """The values that are in every list and of one of the types; None if Python has no literal for them (floats, objects)."""
    if types is not None and "integer" in types and "number" not in types:
        lists = [integers(values) for values in lists]
    values = [
        value
        for value in common(lists[::-1])
        if types is None or type_of(value) in types or (type_of(value) == "integer" and "number" in types)
    ]
    if not values:
        return NEVER
    found = list(dict.fromkeys(map(type_of, values)))
    if "array" in found or "object" in found:
        return None
    if "number" in found or any(type(value) is int and abs(value) > _EXACT for value in values):
        return {**about, "type": found}
    return {**about, "enum": values}


def union(schemas: Iterable[Schema], about: Schema) -> Schema:
    """The union of alternatives; any value, if one of them admits that. A scalar or null stays one scalar with its bounds."""
    distinct = {canonical_json(schema): schema for schema in schemas if schema is not NEVER}
    branches = list(distinct.values())
    if not branches:
        return NEVER
    if any(not {"$ref", "enum", "anyOf", "type"} & branch.keys() for branch in branches):
        return dict(about)
    if len(branches) == 1:
        return {**branches[0], **about}
    others = [{k: v for k, v in branch.items() if k != "default"} for branch in branches if branch.get("type") != "null"]
    if len(others) == 1:
        if "enum" in others[0]:
            return {**others[0], **about, "enum": [*others[0]["enum"], None]}
        if isinstance(name := others[0].get("type"), str) and name not in ("array", "object"):
            return {**others[0], **about, "type": [name, "null"]}
    return {**about, "anyOf": branches}


def admitted(schema: Schema, objects: Mapping[str, Schema], aliases: Mapping[str, Schema]) -> set[str]:
    """The JSON types that a schema admits; all of them for a reference to an alias that is not complete yet."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in objects:
            return {"object"}
        return admitted(aliases[name], objects, aliases) if name in aliases else {*KINDS, "integer"}
    if "enum" in schema:
        return {type_of(value) for value in schema["enum"]}
    if "anyOf" in schema:
        return {name for branch in schema["anyOf"] for name in admitted(branch, objects, aliases)}
    found = schema.get("type", [*KINDS, "integer"])
    return {found} if isinstance(found, str) else set(found)


def reference(name: str) -> Schema:
    """A reference to an object or alias."""
    return {"$ref": f"#/components/schemas/{name}"}


def tuples(items: list[Schema], least: int, most: int, about: Schema) -> Schema:
    """A tuple for each length that a closed list may have; a plain list where there are many."""
    if least > most:
        return NEVER
    if most - least > _MOST_TUPLES:
        return {"type": "array", **about, "items": union(items[:most], {})}
    return union(({"type": "array", "prefixItems": items[:size]} for size in range(least, most + 1)), about)
