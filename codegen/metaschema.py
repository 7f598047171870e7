"""Whether the document's schemas are JSON Schema at all: the schema of OpenAPI 3.1 leaves that to the dialect."""

from __future__ import annotations

import json
from collections.abc import Iterator

import jsonschema_rs

from app.engine.document import Document, Node
from app.engine.text import FILES, FREE, NAMED, Pointer, mappings

_META = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})


def misshapen(document: Document) -> Iterator[tuple[Pointer, str]]:
    """Where a keyword of a schema has a value that JSON Schema 2020-12 does not know, and what is wrong with it."""
    waiting, seen = list(outermost(document.root)), set()
    while waiting:
        schema = waiting.pop()
        if schema.pointer in seen:
            continue
        seen.add(schema.pointer)
        for error in _META.iter_errors(schema.value):
            pointer, message = innermost(error)
            yield (*schema.pointer, *pointer), message
        waiting += _elsewhere(schema)


def _elsewhere(schema: Node) -> Iterator[Node]:
    """The schemas of other files that a schema refers to."""
    for pointer, mapping in mappings(schema.value):
        reference = mapping.get("$ref")
        if isinstance(reference, str) and reference.startswith(f"#/{FILES}/"):
            yield schema.document.at(reference, Node(schema.document, (*schema.pointer, *pointer), mapping))


def outermost(node: Node, *, named: bool = False) -> Iterator[Node]:
    """The outermost schemas; a meta-schema looks into them by itself. The keys of `named` mappings are the author's."""
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


def innermost(error: jsonschema_rs.ValidationError) -> tuple[Pointer, str]:
    """The fault inside the alternative that the author meant: the one that goes deepest and is no missing `$ref`."""
    pointer: Pointer = tuple(error.instance_path)
    message = error.message
    if isinstance(error.kind, jsonschema_rs.ValidationErrorKind.Enum):
        message = f"{message.partition(' is not one of')[0]} is not one of {', '.join(map(json.dumps, error.kind.options))}"
    alternatives = [
        [innermost(fault) for fault in branch if not fault.message.startswith('"$ref" is a required')]
        for branch in getattr(error.kind, "context", ())
    ]
    faults = [(len(place), place, text) for branch in alternatives for place, text in branch]
    if not faults:
        return pointer, message
    _, place, text = max(faults, key=lambda fault: fault[0])
    return (place if len(place) >= len(pointer) else pointer), text
