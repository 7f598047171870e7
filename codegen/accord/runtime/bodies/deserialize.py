"""From a body that was judged to the object that the handler receives: one builder for each media type."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

from pydantic import TypeAdapter, ValidationError

from accord.document.strict_json import integers
from accord.openapi.operation import Operation
from accord.runtime.handlers.binding import Operation as BoundOperation

Builder = Callable[[Any], Any]


def builder(kind: Any) -> Builder:  # noqa: ANN401 - any type
    """What makes a value of a type of what was judged.

    Floats beyond 2**53 stay floats when JSON is read. Where the type wants integers, they become those it needs.
    """
    build = TypeAdapter(kind).validator.validate_python

    def built(value: Any) -> Any:  # noqa: ANN401 - any JSON value
        try:
            return build(value)
        except ValidationError:
            return build(integers(value))

    return built


def builders(described: Operation, bound: BoundOperation) -> dict[str, Builder | None]:
    """The builder of each media type; None: the handler receives what was read, as texts and files are.

    Pydantic is the type, not the judge: one call of its compiled validator gives the handler its object.
    """
    hint = typing.get_type_hints(bound.handler).get("body") if described.bodies else None
    made: dict[int, Builder] = {}
    found: dict[str, Builder | None] = {}
    for name, media in described.bodies.items():
        kind = type(bound).bodies.get(name, hint)
        if media.kind in ("text", "binary") or kind is None:
            found[name] = None
            continue
        if id(kind) not in made:
            made[id(kind)] = builder(kind)
        found[name] = made[id(kind)]
    return found
