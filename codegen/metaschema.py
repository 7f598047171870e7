"""Whether the document's schemas are JSON Schema at all: the schema of OpenAPI 3.1 leaves that to the dialect."""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema_rs

from app.engine.document import Document, Node
from app.engine.text import FILES, Pointer, mappings

_META = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})

# What may hold anything, so that a member named `schema` is none.
_FREE = frozenset({"example", "examples", "default", "const", "enum", "value"})


def misshapen(document: Document) -> Iterator[tuple[Pointer, str]]:
    """Where a keyword of a schema has a value that JSON Schema 2020-12 does not know, and what is wrong with it."""
    waiting, seen = list(_schemas(document.root)), set()
    while waiting:
        schema = waiting.pop()
        if schema.pointer in seen:
            continue
        seen.add(schema.pointer)
        for error in _META.iter_errors(schema.value):
            yield (*schema.pointer, *error.instance_path), error.message
        waiting += _elsewhere(schema)


def _elsewhere(schema: Node) -> Iterator[Node]:
    """The schemas of other files that a schema refers to."""
    for pointer, mapping in mappings(schema.value):
        reference = mapping.get("$ref")
        if isinstance(reference, str) and reference.startswith(f"#/{FILES}/"):
            yield schema.document.at(reference, Node(schema.document, (*schema.pointer, *pointer), mapping))


def _schemas(node: Node) -> Iterator[Node]:
    """The outermost schemas; a meta-schema looks into them by itself."""
    if isinstance(node.value, list):
        for index in range(len(node.value)):
            yield from _schemas(node.raw_child(index))
    elif isinstance(node.value, dict):
        named = node.pointer == ("components", "schemas")
        if node.reference is not None and node.reference.startswith(f"#/{FILES}/"):
            yield from _schemas(node.resolved())
        for key in node.value:
            child = node.raw_child(key)
            if named or key == "schema":
                yield child
            elif key not in _FREE and not key.startswith("x-"):
                yield from _schemas(child)
