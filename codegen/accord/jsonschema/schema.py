"""What a schema says of the members and items of its values, gathered over `$ref`, `allOf` and alternatives.

Where a text stands for a member, the member's schema tells how the text is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accord.document.document import Node
from accord.jsonschema.equality import common
from accord.jsonschema.regex.ecma import matches

_OPEN: dict[str, Any] = {}


def conjuncts(schema: Node, seen: frozenset[str] = frozenset()) -> Iterator[Node]:
    """The schemas that a value must all satisfy: itself, what its `$ref` names, `allOf`. A circle is left where it closes."""
    if not isinstance(schema.value, dict):
        return
    yield schema
    if (reference := schema.reference) is not None and reference not in seen:
        yield from conjuncts(schema.document.at(reference, schema), seen | {reference})
    for branch in _branches(schema, "allOf"):
        yield from conjuncts(branch, seen)


def alternatives(schema: Node) -> Iterator[list[Node]]:
    """The lists of schemas of which a value satisfies one: `anyOf`, `oneOf`, `then` and `else`, a dependent schema or none."""
    for part in conjuncts(schema):
        for keyword in ("anyOf", "oneOf"):
            if branches := _branches(part, keyword):
                yield branches
        if "if" in part.value:
            yield [_child(part, "then"), _child(part, "else")]
        dependent = part.value.get("dependentSchemas")
        for name in dependent if isinstance(dependent, dict) else ():
            yield [part.raw_child("dependentSchemas").raw_child(name), _synthetic(part, _OPEN)]


def names(schema: Node, depth: int = 0) -> list[str]:
    """The members that the schema names, under `properties` or `required`."""
    found: dict[str, None] = {}
    for part in conjuncts(schema):
        found |= dict.fromkeys([*part.value.get("properties", ()), *part.value.get("required", ())])
    for branches in alternatives(schema) if depth < _DEEPEST else ():
        for branch in branches:
            found |= dict.fromkeys(names(branch, depth + 1))
    return list(found)


def is_closed(schema: Node, depth: int = 0) -> bool:
    """Whether only named members are allowed."""
    parts = list(conjuncts(schema))
    if any(part.value.get("patternProperties") for part in parts):
        return False
    if any(part.value.get(key) is False for part in parts for key in ("additionalProperties", "unevaluatedProperties")):
        return True
    return depth < _DEEPEST and any(
        all(is_closed(branch, depth + 1) for branch in branches) for branches in alternatives(schema)
    )


def admits(schema: Node, kind: str, depth: int = 0) -> bool:
    """Whether the schema's `type`s leave room for values of a type."""
    if any(kind not in _types(part.value) for part in conjuncts(schema) if "type" in part.value):
        return False
    return depth >= _DEEPEST or all(
        any(admits(branch, kind, depth + 1) for branch in branches) for branches in alternatives(schema)
    )


def inner(schema: Node, step: str | int, depth: int = 0) -> Node:
    """The schema of a member (by name) or of an item (by index), as far as the schema says."""
    found = [one for part in conjuncts(schema) if (one := _own(part, step)) is not None]
    for branches in alternatives(schema) if depth < _DEEPEST else ():
        each = [said for branch in branches if (said := inner(branch, step, depth + 1).value) not in (_OPEN, True)]
        if each:
            found.append(each[0] if len(each) == 1 else {"anyOf": each})
    return _synthetic(schema, found[0] if len(found) == 1 else {"allOf": found} if found else _OPEN)


def listed(schema: Node, depth: int = 0) -> tuple[Any, ...] | None:
    """The values that the schema lists by `const` or `enum`, in the written order; None if it does not list them."""
    lists = [_values(part.value) for part in conjuncts(schema) if not {"const", "enum"}.isdisjoint(part.value)]
    for branches in alternatives(schema) if depth < _DEEPEST else ():
        each = [listed(branch, depth + 1) for branch in branches]
        if None not in each:
            lists.append([value for values in each for value in values or ()])
    return tuple(common(lists)) if lists else None


_DEEPEST = 8  # alternatives within alternatives; deeper ones say nothing new of real documents


def _own(part: Node, step: str | int) -> Any:  # noqa: ANN401 - a schema
    """What one schema, without its branches, says of a member or an item; None if nothing."""
    value = part.value
    if isinstance(step, int):
        first = value.get("prefixItems", ())
        return first[step] if step < len(first) else value.get("items")
    if step in value.get("properties", ()):
        return value["properties"][step]
    for pattern, schema in value.get("patternProperties", {}).items():
        if matches(pattern, step):
            return schema
    extra = value.get("additionalProperties", value.get("unevaluatedProperties"))
    return extra if isinstance(extra, dict) else None


def _types(schema: dict[str, Any]) -> list[str]:
    return [schema["type"]] if isinstance(schema["type"], str) else schema["type"]


def _values(schema: dict[str, Any]) -> list[Any]:
    return [schema["const"]] if "const" in schema else schema["enum"]


def _branches(schema: Node, keyword: str) -> list[Node]:
    branches = schema.value.get(keyword)
    return [schema.raw_child(keyword).raw_child(index) for index in range(len(branches))] if isinstance(branches, list) else []


def _child(schema: Node, keyword: str) -> Node:
    return schema.raw_child(keyword) if keyword in schema.value else _synthetic(schema, _OPEN)


def _synthetic(schema: Node, value: Any) -> Node:  # noqa: ANN401 - a schema
    return Node(schema.document, schema.pointer, value)
