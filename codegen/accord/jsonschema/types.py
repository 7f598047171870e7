"""JSON types: of values, those that `type` names, and those that a schema admits."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from accord.document.document import Node
from accord.jsonschema.schema import DEEPEST, alternatives, conjuncts, in_place

TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
SCALARS = frozenset({"string", "integer", "number", "boolean", "null"})

_OF_PYTHON = {
    str: "string",
    bool: "boolean",
    int: "integer",
    float: "number",
    type(None): "null",
    list: "array",
    dict: "object",
}
# A schema without a `type` is meant for values of the types that its keywords apply to.
_IMPLIED_BY = {
    "object": ("properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties"),
    "array": ("items", "prefixItems", "contains", "minItems", "maxItems", "uniqueItems"),
    "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    "string": ("minLength", "maxLength", "pattern", "format"),
}


def type_of(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """The JSON type of a value; a float is a number, also where JSON Schema treats it as an integer (`1.0`)."""
    return _OF_PYTHON[type(value)]


def types_in(schema: dict[str, Any]) -> list[str]:
    """The types that the keyword `type` of one schema names."""
    written = schema.get("type", [])
    return [written] if isinstance(written, str) else list(written)


def intersection(one: Iterable[str], other: Collection[str]) -> list[str]:
    """The types that both admit, in the order of the first: `number` includes `integer`."""
    found = list(one)
    common = [name for name in found if name in other or (name == "integer" and "number" in other)]
    if "number" in found and "integer" in other and not ("integer" in found or "number" in other):
        common.append("integer")
    return common


def declared_types(schemas: Iterable[Node]) -> list[str] | None:
    """The types that the `type`s of all these schemas admit, not of what they include; None if none has a `type`."""
    found: list[str] | None = None
    for schema in schemas:
        if "type" in schema.value:
            here = types_in(schema.value)
            found = here if found is None else intersection(found, here)
    return found


def admitted_types(schema: Node, *, by_type_alone: bool = False, depth: int = 0) -> set[str] | None:
    """The types that a schema admits by `type`, `const`, `enum` and alternatives; None if these do not restrict them.

    `by_type_alone` considers `type` only.
    """
    found: set[str] | None = None
    for part in conjuncts(schema):
        here: set[str] | None = None
        if "type" in part.value:
            here = set(types_in(part.value))
        elif not by_type_alone and ("const" in part.value or "enum" in part.value):
            here = {type_of(one) for one in part.value.get("enum", [part.value.get("const")])}
        if here is not None:
            found = here if found is None else set(intersection(found, here))
    for branches in alternatives(schema) if depth < DEEPEST else ():
        each = [admitted_types(branch, by_type_alone=by_type_alone, depth=depth + 1) for branch in branches]
        if not by_type_alone:
            each = [types or implied_types(branch, "object", "array") for types, branch in zip(each, branches, strict=True)]
        if None not in each:
            union = {name for types in each for name in types or ()}
            found = union if found is None else set(intersection(found, union))
    return found


def implied_types(schema: Node, *among: str) -> set[str] | None:
    """The types that the keywords of a schema without `type` apply to, of all or some; None if there are none."""
    keywords = {keyword for part in conjuncts(schema) for keyword in part.value}
    return {name for name in among or _IMPLIED_BY if keywords.intersection(_IMPLIED_BY[name])} or None


def types_of(schema: Node) -> set[str]:
    """The types that a schema admits, or is meant for; `string` if neither is known."""
    stated = admitted_types(schema)
    return stated if stated is not None else implied_types(schema) or {"string"}


def named_types(*schemas: Node) -> set[str]:
    """Every type that the schemas of one value name anywhere, even if no value can have it."""
    found: set[str] = set()
    for part in in_place(*schemas):
        found |= set(types_in(part.value))
        if "properties" in part.value:
            found.add("object")
        if "type" not in part.value:
            found |= set(map(type_of, part.value.get("enum", [part.value["const"]] if "const" in part.value else [])))
    return found
