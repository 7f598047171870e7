"""Whether the schemas of a document are JSON Schema 2020-12, which the schema of OpenAPI 3.1 does not check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from accord.document.document import Document, Node
from accord.document.pointer import FILES, FREE, NAMED, mappings
from accord.validate.faults import Fault, located

_META = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})


def misshapen(document: Document) -> Iterator[Fault]:
    """The keywords of schemas with values that JSON Schema 2020-12 does not allow."""
    waiting, seen = list(outermost(Node(document, (), document.written))), set()
    while waiting:
        schema = waiting.pop()
        if schema.pointer in seen:
            continue
        seen.add(schema.pointer)
        for error in _META.iter_errors(schema.value):
            yield from (fault._replace(pointer=(*schema.pointer, *fault.pointer)) for fault in located(error))
        waiting += _elsewhere(schema)


def _elsewhere(schema: Node) -> Iterator[Node]:
    """The schemas in other files that a schema refers to."""
    for pointer, mapping in mappings(schema.value):
        reference = mapping.get("$ref")
        if isinstance(reference, str) and reference.startswith(f"#/{FILES}/"):
            yield schema.document.at(reference, Node(schema.document, (*schema.pointer, *pointer), mapping))


def outermost(node: Node, *, named: bool = False) -> Iterator[Node]:
    """The outermost schemas; the meta-schema covers those inside. The keys of `named` mappings are names."""
    if isinstance(node.value, list):
        for index in range(len(node.value)):
            yield from outermost(node.raw_child(index))
    elif isinstance(node.value, dict):
        schemas = node.pointer == ("components", "schemas")
        if node.reference is not None and node.reference.startswith(f"#/{FILES}/"):
            yield from outermost(node.resolved())
        for key in node.value:
            child = node.raw_child(key)
            if schemas or (key == "schema" and not named):
                yield child
            elif named or (key not in FREE and not key.startswith("x-")):
                yield from outermost(child, named=not named and key in NAMED)


def allowed(keyword: str, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether JSON Schema 2020-12 allows a keyword to have a value."""
    return _META.is_valid({keyword: value})
