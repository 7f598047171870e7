"""The one view of a schema: what applies to a value over `$ref`, `allOf` and alternatives, and to its members and items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from accord.document.document import Node
from accord.jsonschema.equality import common
from accord.jsonschema.regex.ecma import matches

ALTERNATIVES = ("oneOf", "anyOf")
CONDITIONAL = (*ALTERNATIVES, "if", "then", "else", "dependentSchemas")  # applied to the same value, under a condition

# Depth first, breadth first, or depth first with a schema behind those that it includes.
Order = Literal["as written", "nearest first", "included first"]

_NAMED = ("dependentSchemas", "patternProperties")
_OPEN: dict[str, Any] = {}
DEEPEST = 8  # levels of alternatives within alternatives; enough for real documents
MOST_COMBINATIONS = 256  # of alternatives, which may refer to each other, so that there may be more than can be counted


def subschemas(schema: Node, *keywords: str) -> list[Node]:
    """The schemas under these keywords, as they are written: one, those of a list, or those of a mapping."""
    found: list[Node] = []
    for keyword in keywords if isinstance(schema.value, dict) else ():
        value = schema.value.get(keyword)
        if keyword in _NAMED:
            found += [node for _, node in schema.raw_child(keyword).written()] if value is not None else []
        elif isinstance(value, list):
            held = schema.raw_child(keyword)
            found += [held.raw_child(index) for index in range(len(value))]
        elif keyword in schema.value:
            found.append(schema.raw_child(keyword))
    return found


def applied(schema: Node) -> list[Node]:
    """The schemas that a schema always applies to its own value: what its `$ref` leads to, and its `allOf`."""
    target = [schema.document.at(schema.reference, schema)] if schema.reference is not None else []
    return [*target, *subschemas(schema, "allOf")]


def _walk(schemas: Iterable[Node], conditional: tuple[str, ...], order: Order) -> Iterator[Node]:
    """Schemas and all that they apply to the same value, each once. Chains may be long: no recursion."""
    waiting = [(schema, False) for schema in reversed(tuple(schemas))]
    seen: set[int] = set()  # by identity, because schemas that are made have the place of the one that they are made of
    while waiting:
        schema, entered = waiting.pop()
        if not entered:
            if id(schema.value) in seen:
                continue
            seen.add(id(schema.value))
            always = [(part, False) for part in reversed(applied(schema))]
            perhaps = [(part, False) for part in reversed(subschemas(schema, *conditional))] if conditional else []
            if order == "included first":
                waiting += [*perhaps, (schema, True), *always]
                continue
            if order == "nearest first":
                waiting[:0] = [*perhaps, *always]
            else:
                waiting += [*perhaps, *always]
        yield schema


def included(*schemas: Node, order: Order = "as written") -> Iterator[Node]:
    """The schemas that a value must all satisfy: these, and what they include by `$ref` and `allOf`; booleans too."""
    return _walk(schemas, (), order)


def conjuncts(*schemas: Node, order: Order = "as written") -> Iterator[Node]:
    """`included` without boolean schemas."""
    return (schema for schema in included(*schemas, order=order) if isinstance(schema.value, dict))


def in_place(*schemas: Node, order: Order = "as written") -> Iterator[Node]:
    """The schemas that may apply to a value: `conjuncts`, and what they apply by alternatives and conditions."""
    return (schema for schema in _walk(schemas, CONDITIONAL, order) if isinstance(schema.value, dict))


def is_false(*schemas: Node) -> bool:
    """Whether the schema `false` is among those that a value must all satisfy."""
    return any(schema.value is False for schema in included(*schemas))


def is_marked(keyword: str, *schemas: Node) -> bool:
    """Whether a schema, or one that it includes, has `keyword: true`, such as `readOnly` or `writeOnly`."""
    return any(schema.value.get(keyword) is True for schema in conjuncts(*schemas))


def properties(*schemas: Node) -> dict[str, list[Node]]:
    """The members that schemas describe under `properties`, not those that they include: of each, every description."""
    found: dict[str, list[Node]] = {}
    for schema in schemas:
        for name, member in schema.raw_child("properties").written() if "properties" in schema.value else ():
            found.setdefault(name, []).append(member)
    return found


def member_schemas(schema: Node, name: str) -> list[Node]:
    """The schemas that one schema, without those that it includes, applies to a member: by name, pattern, or the default."""
    found = [schema.raw_child("properties").raw_child(name)] if name in schema.value.get("properties", ()) else []
    if "patternProperties" in schema.value:
        found += [part for pattern, part in schema.raw_child("patternProperties").written() if matches(pattern, name)]
    return found or subschemas(schema, "additionalProperties")


def item_schemas(schema: Node, index: int) -> list[Node]:
    """The schemas that one schema, without those that it includes, applies to an item: by index, else the default."""
    first = subschemas(schema, "prefixItems")
    return [first[index]] if index < len(first) else subschemas(schema, "items")


def alternatives(schema: Node) -> Iterator[list[Node]]:
    """Lists of schemas of which a value satisfies at least one: `anyOf`, `oneOf`, `then` and `else`, `dependentSchemas`."""
    anything = _synthetic(schema, _OPEN)
    for part in conjuncts(schema):
        for keyword in ALTERNATIVES:
            if branches := subschemas(part, keyword):
                yield branches
        if "if" in part.value:
            yield [*(subschemas(part, "then") or [anything]), *(subschemas(part, "else") or [anything])]
        yield from ([dependent, anything] for dependent in subschemas(part, "dependentSchemas"))


def property_names(schema: Node, depth: int = 0) -> list[str]:
    """The members that the schema names, under `properties` or `required`."""
    found: dict[str, None] = {}
    for part in conjuncts(schema):
        found |= dict.fromkeys([*part.value.get("properties", ()), *part.value.get("required", ())])
    for branches in alternatives(schema) if depth < DEEPEST else ():
        for branch in branches:
            found |= dict.fromkeys(property_names(branch, depth + 1))
    return list(found)


def is_closed(schema: Node, depth: int = 0) -> bool:
    """Whether only named members are allowed."""
    parts = list(conjuncts(schema))
    if any(part.value.get("patternProperties") for part in parts):
        return False
    if any(part.value.get(key) is False for part in parts for key in ("additionalProperties", "unevaluatedProperties")):
        return True
    return depth < DEEPEST and any(
        all(is_closed(branch, depth + 1) for branch in branches) for branches in alternatives(schema)
    )


def value_schema(schema: Node, step: str | int, depth: int = 0) -> Node:
    """The schema of a member (by name) or of an item (by index); `{}` if it is not described."""
    found = [one for part in conjuncts(schema) for one in _own(part, step)]
    for branches in alternatives(schema) if depth < DEEPEST else ():
        each = [part for branch in branches if (part := value_schema(branch, step, depth + 1).value) not in (_OPEN, True)]
        if each:
            found.append(each[0] if len(each) == 1 else {"anyOf": each})
    return _synthetic(schema, found[0] if len(found) == 1 else {"allOf": found} if found else _OPEN)


def enumerated(schemas: Iterable[Node]) -> list[Any] | None:
    """The values that every `const` and `enum` of these schemas allows, not of what they include; None if there is none."""
    values = [schema.value for schema in schemas]
    lists = [[value["const"]] for value in values if "const" in value] + [value["enum"] for value in values if "enum" in value]
    return common(lists) if lists else None


def allowed_values(schema: Node, depth: int = 0) -> tuple[Any, ...] | None:
    """The values that the schema lists by `const` or `enum`, in the written order; None if it does not list them."""
    lists = [own] if (own := enumerated(conjuncts(schema))) is not None else []
    for branches in alternatives(schema) if depth < DEEPEST else ():
        each = [allowed_values(branch, depth + 1) for branch in branches]
        if None not in each:
            lists.append([value for values in each for value in values or ()])
    return tuple(common(lists)) if lists else None


def _own(part: Node, step: str | int) -> list[Any]:
    """The object schemas that one schema, without those that it includes, applies to a member or an item."""
    found = item_schemas(part, step) if isinstance(step, int) else member_schemas(part, step)
    if not found and isinstance(step, str):
        found = subschemas(part, "unevaluatedProperties")
    return [one.value for one in found if isinstance(one.value, dict)]


def _synthetic(schema: Node, value: Any) -> Node:  # noqa: ANN401 - a schema
    return Node(schema.document, schema.pointer, value)
