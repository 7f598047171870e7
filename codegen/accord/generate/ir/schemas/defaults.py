"""The default of a property: a value of its schemas, or a mistake of the document that has no effect."""

from __future__ import annotations

from accord.document.document import Node
from accord.generate.ir.nodes import Schema
from accord.jsonschema.validator import validator
from accord.openapi.primitives import exact


def settle_default(schema: Schema, nodes: list[Node]) -> None:
    """Write the default with the types of the schemas of a property; remove one that they do not accept in a request."""
    if "default" not in schema:
        return
    for node in nodes:
        schema["default"] = exact(node, schema["default"])
    if not all(validator(node.document, node, "request").is_valid(schema["default"]) for node in nodes):
        del schema["default"]
