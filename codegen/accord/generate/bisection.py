"""Finds the part of a document that makes a step fail with an error that has no place."""

from __future__ import annotations

from collections.abc import Callable

from accord.document.adoption.readings import Reading
from accord.document.document import Document
from accord.document.pointer import Pointer
from accord.openapi.keywords.suggestions import objects


def culprit(document: Document, fails: Callable[[Document], bool]) -> Pointer | None:
    """The first operation or component schema with which the step fails, found by bisection; None if it fails without any."""
    kinds = objects(document)
    schemas = [pointer for pointer, kind in kinds.items() if kind == "schema" and pointer[:2] == ("components", "schemas")]
    operations = [pointer for pointer, kind in kinds.items() if kind == "operation" and pointer[0] == "paths"]
    parts = [pointer for pointer in schemas if len(pointer) == 3] + operations  # noqa: PLR2004 - components/schemas/NAME

    def without(count: int) -> Document:
        """The document with only so many of the parts."""
        left_out = [Reading(document.place(pointer), "drop", where="") for pointer in parts[count:] if pointer in operations]
        emptied = [
            Reading(document.place(pointer), "set", {}, where="") for pointer in parts[count:] if pointer not in operations
        ]
        return document.reread((*document.readings, *left_out, *emptied))

    if fails(without(0)) or not parts:
        return None
    low, high = 0, len(parts)  # the first `low` succeed, the first `high` fail
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if fails(without(middle)) else (middle, high)
    return parts[high - 1]
