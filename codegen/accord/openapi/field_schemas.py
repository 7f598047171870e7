"""What the schemas of one value say of how its text is read: an `allOf` or alternatives may describe it in several places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accord.document.document import Node
from accord.jsonschema.validator import validator
from accord.openapi.primitives import ScalarReader, scalar

_TYPES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object", type(None): "null"}
_BRANCHES = ("allOf", "anyOf", "oneOf")
_CONDITIONS = ("if", "then", "else")


def branches(schema: Node, seen: set[Any] | None = None) -> Iterator[Node]:
    """A schema and all that say something about the same value: its `$ref`, `allOf`, alternatives and conditions."""
    seen = set() if seen is None else seen
    if schema.pointer in seen or not isinstance(schema.value, dict):
        return
    seen.add(schema.pointer)
    yield schema
    if schema.reference is not None:
        yield from branches(schema.document.at(schema.reference, schema), seen)
    for keyword in _BRANCHES:
        for index in range(len(schema.value.get(keyword, ()))):
            yield from branches(schema.raw_child(keyword).raw_child(index), seen)
    for keyword in _CONDITIONS:
        if keyword in schema.value:
            yield from branches(schema.raw_child(keyword), seen)


def kinds(*schemas: Node) -> set[str]:
    """The JSON types that schemas of one value name; empty if they name none."""
    found: set[str] = set()
    for schema in (branch for one in schemas for branch in branches(one)):
        value = schema.value
        kind = value.get("type", ())
        found |= {kind} if isinstance(kind, str) else set(kind)
        if "properties" in value:
            found.add("object")
        if "type" not in value:
            found |= {_TYPES[type(one)] for one in [*value.get("enum", ()), *([value["const"]] if "const" in value else ())]}
    return found


def said(schemas: list[Node], keyword: str) -> list[Node]:
    """What schemas of one value say under a keyword that holds a schema."""
    found = (branch for schema in schemas for branch in branches(schema))
    return [branch.raw_child(keyword) for branch in found if isinstance(branch.value.get(keyword), dict)]


def scalar_of(schemas: list[Node], types: set[str]) -> ScalarReader:
    """The reader of one value of these types; of a text that is a literal and a string too, what the schemas accept."""
    read = scalar(types or {"string"})
    if "string" not in types or not types & {"integer", "number", "boolean"}:
        return read
    judges = [validator(schema.document, schema, "request").is_valid for schema in schemas]

    def choose(text: str) -> Any:  # noqa: ANN401 - any JSON scalar
        value = read(text)
        # Alternatives are told apart by the whole body's judge, so one that accepts will do.
        return value if any(accepts(value) for accepts in judges) or not any(accepts(text) for accepts in judges) else text

    return choose
