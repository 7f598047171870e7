"""From a validated body to the object that the handler receives: one deserializer for each media type."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from accord.document.strict_json import integers
from accord.openapi.operation import Operation
from accord.runtime.handlers import binding

Deserialize = Callable[[Any], Any]


def deserializer(kind: Any) -> Deserialize:  # noqa: ANN401 - any type
    """The function that creates a value of a type from validated JSON.

    The JSON reader keeps floats beyond 2**53 as floats. Where the type requires integers, they are converted on a second try.
    """
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        kind.model_rebuild()  # does nothing if it is complete; an adapter would build the validator of the class again
        create = kind.__pydantic_validator__.validate_python
    else:
        create = TypeAdapter(kind).validator.validate_python

    def deserialize(value: Any) -> Any:  # noqa: ANN401 - any JSON value
        try:
            return create(value)
        except ValidationError:
            return create(integers(value))

    return deserialize


def deserializers(operation: Operation, bound: binding.Operation) -> dict[str, Deserialize | None]:
    """The deserializer of each media type; None if the handler receives the parsed value itself, such as text or a file."""
    hint = typing.get_type_hints(bound.handler).get("body") if operation.bodies else None
    by_type: dict[int, Deserialize] = {}
    found: dict[str, Deserialize | None] = {}
    for name, media in operation.bodies.items():
        kind = type(bound).bodies.get(name, hint)
        if media.kind in ("text", "binary") or kind is None:
            found[name] = None
            continue
        if id(kind) not in by_type:
            by_type[id(kind)] = deserializer(kind)
        found[name] = by_type[id(kind)]
    return found
