"""Whether the document's schemas are JSON Schema at all: the schema of OpenAPI 3.1 leaves that to the dialect."""

from __future__ import annotations

from collections.abc import Iterator

import jsonschema_rs

from app.engine.document import Document, Node
from app.engine.text import Pointer

_META = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})

# What may hold anything, so that a member named `schema` is none.
_FREE = frozenset({"example", "examples", "default", "const", "enum", "value"})


def misshapen(document: Document) -> Iterator[tuple[Pointer, str]]:
    """Where a keyword of a schema has a value that JSON Schema 2020-12 does not know, and what is wrong with it."""
    for schema in outermost(document.root):
        for error in _META.iter_errors(schema.value):
            yield (*schema.pointer, *error.instance_path), error.message


def outermost(node: Node) -> Iterator[Node]:
    """The outermost schemas; a meta-schema looks into them by itself."""
    if isinstance(node.value, list):
        for index in range(len(node.value)):
            yield from outermost(node.raw_child(index))
    elif isinstance(node.value, dict):
        named = node.pointer == ("components", "schemas")
        for key in node.value:
            child = node.raw_child(key)
            if named or key == "schema":
                yield child
            elif key not in _FREE and not key.startswith("x-"):
                yield from outermost(child)
