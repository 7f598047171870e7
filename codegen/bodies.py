"""The generated types that receive bodies, by the schema that judges the body first."""

from __future__ import annotations

import importlib
import typing

from app.engine.binding import Operation
from app.engine.bodies.building import Builder, builder
from app.engine.description import Description
from app.engine.document import Document, Node
from app.engine.text import Pointer


def receivers(document: Document, package: str) -> dict[Pointer, Builder]:
    """What turns a valid body into what the handler gets, of every operation of a generated package."""
    operations = importlib.import_module(f"{package}.operations")
    classes = {
        found.operation_id: found
        for found in vars(operations).values()
        if isinstance(found, type) and issubclass(found, Operation) and found is not Operation
    }
    receivers: dict[Pointer, Builder] = {}
    for operation in Description.of(document).operations:
        made = classes[operation.id]
        hints = typing.get_type_hints(vars(made)["Handler"].__call__, vars(operations))
        for media in operation.bodies.values():
            schema = media.schema if isinstance(media.schema, Node) else None
            if schema is not None and "body" in hints:
                receivers[schema.resolved().pointer] = builder(made.bodies.get(media.name, hints["body"]))
    return receivers
