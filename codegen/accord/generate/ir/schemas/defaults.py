"""The default of a member: a value of its own schemas, or documentation of a mistake."""

from __future__ import annotations

from accord.document.document import Node
from accord.generate.ir.schemas.normal_form import Schema
from accord.jsonschema.validator import validator
from accord.openapi.primitives import exact


def settle(member: Schema, nodes: list[Node]) -> None:
    """Write the default of a member as its schemas type it; one that they refuse in a request is removed."""
    if "default" not in member:
        return
    for node in nodes:
        member["default"] = exact(node, member["default"])
    if not all(validator(node.document, node, "request").is_valid(member["default"]) for node in nodes):
        del member["default"]
