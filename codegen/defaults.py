"""The default of a member: a value of its own schemas, or documentation of a mistake."""

from __future__ import annotations

from app.engine.compiled import validator
from app.engine.document import Node
from app.engine.lexis import exact
from codegen.forms import Schema


def settle(member: Schema, nodes: list[Node]) -> None:
    """Write the default of a member as its schemas type it; one that they refuse in a request is removed."""
    if "default" not in member:
        return
    for node in nodes:
        member["default"] = exact(node, member["default"])
    if not all(validator(node.document, node, "request").is_valid(member["default"]) for node in nodes):
        del member["default"]
