"""Whether the document's schemas are JSON Schema at all: the schema of OpenAPI 3.1 leaves that to the dialect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from accord.document.document import Document, Node
from accord.document.pointer import FILES, FREE, NAMED, Pointer, mappings

UNKNOWN = "{!r} is not known here"
BAD_NAME = "is not a name of components, which have A-Z, a-z, 0-9, `.`, `-` and `_`"
_META = jsonschema_rs.Draft202012Validator({"$ref": "https://json-schema.org/draft/2020-12/schema"})


def misshapen(document: Document) -> Iterator[tuple[Pointer, str]]:
    """Where a keyword of a schema has a value that JSON Schema 2020-12 does not know, and what is wrong with it."""
    waiting, seen = list(outermost(Node(document, (), document.written))), set()
    while waiting:
        schema = waiting.pop()
        if schema.pointer in seen:
            continue
        seen.add(schema.pointer)
        for error in _META.iter_errors(schema.value):
            yield from (((*schema.pointer, *pointer), message) for pointer, message in located(error))
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


def allowed(keyword: str, value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Whether JSON Schema 2020-12 allows a keyword to have a value."""
    return _META.is_valid({keyword: value})


def located(error: jsonschema_rs.ValidationError) -> Iterator[tuple[Pointer, str]]:
    """The places of the faults inside the alternative that the author meant, and what is wrong: one for each unknown member."""
    for core in _innermost(error):
        pointer: Pointer = tuple(core.instance_path)
        message = re.sub(r"\s+", " ", core.message.partition("\n")[0])
        if isinstance(core.kind, jsonschema_rs.ValidationErrorKind.Enum):
            message = f"{message.partition(' is not one of')[0]} is not one of {', '.join(map(json.dumps, core.kind.options))}"
        if isinstance(core.kind, jsonschema_rs.ValidationErrorKind.PropertyNames):
            name = str(core.kind.error.instance)
            yield (*pointer, name), f"{json.dumps(name, ensure_ascii=False)} {BAD_NAME}"
            continue
        for name in getattr(core.kind, "unexpected", ()):
            yield (*pointer, name), UNKNOWN.format(name)
        if not hasattr(core.kind, "unexpected"):
            yield pointer, message


def _innermost(error: jsonschema_rs.ValidationError) -> list[jsonschema_rs.ValidationError]:
    """The faults of the alternative that goes deepest, but for a missing `$ref`."""
    branches = [
        [core for fault in branch if not fault.message.startswith('"$ref" is a required') for core in _innermost(fault)]
        for branch in getattr(error.kind, "context", ())
    ]
    cores = max(branches, key=lambda branch: max((len(core.instance_path) for core in branch), default=-1), default=[])
    deep = [core for core in cores if len(core.instance_path) >= len(error.instance_path)]
    return deep or [error]
