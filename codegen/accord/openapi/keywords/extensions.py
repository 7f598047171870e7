"""Vendor extensions of the engine (`x-accord-*`), and the values they take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs

from accord.document.document import Node

PREFIX = "x-accord-"
ERROR_TEMPLATE = "x-accord-error-template"  # of the root or of a response; see `placeholders`

# Of the document's root: the schema of each extension, and what to write.
_VALUES: dict[str, tuple[dict[str, Any], str]] = {
    "x-accord-alias": (
        {"type": "object", "additionalProperties": {"type": "string"}},
        "write a mapping of path prefixes to the prefixes that they stand for",
    ),
    "x-accord-body-limit": ({"type": "integer", "minimum": 1}, "write a number of bytes"),
    "x-accord-problems": (
        {"type": "object", "additionalProperties": {"type": "object"}},
        "write a mapping of problem names to `title` and `description`",
    ),
}


def invalid_extensions(root: Node) -> Iterator[tuple[Node, str]]:
    """The extensions of a document's root whose value is invalid, and how to correct it."""
    for name, (schema, remedy) in _VALUES.items():
        if name in root.value and not jsonschema_rs.is_valid(schema, root.value[name]):
            yield root.raw_child(name), f"`{name}` has an invalid value: {remedy}"
