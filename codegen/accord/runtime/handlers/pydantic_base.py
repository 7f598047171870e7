"""What generated models are made of: types of handlers, not the judge. What the judge takes, they hold, all of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeAlias, get_args

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, GetCoreSchemaHandler, StrictFloat, StrictInt
from pydantic_core import CoreSchema, core_schema

_EXACT = 1 << 53  # integers up to here are floats without loss

# A float; an integer that no float holds exactly stays one.
Number: TypeAlias = Annotated[
    Annotated[StrictInt, Field(gt=_EXACT)] | Annotated[StrictInt, Field(lt=-_EXACT)] | StrictFloat,
    Field(union_mode="left_to_right"),
]

_LEAP = re.compile(r"(.{17})60(?:\.\d+)?(.+)", re.ASCII)


def _leapt(value: object) -> object:
    """RFC 3339 has leap seconds and Python none: there it is the first instant of the next minute, as in POSIX.

    The minute after the last one of the year 9999 is beyond `datetime`: there it is the last instant of that minute.
    """
    if isinstance(value, str) and value[17:19] == "60" and (parts := _LEAP.fullmatch(value)):
        second = datetime.fromisoformat(f"{parts[1].upper()}59{parts[2].upper()}")
        try:
            return second + timedelta(seconds=1)
        except OverflowError:
            return second.replace(microsecond=999_999)
    return value


Instant: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_leapt)]


class Model(BaseModel, extra="allow", defer_build=True, protected_namespaces=(), serialize_by_alias=True):
    """An object of the document. Members that it does not name are kept in `model_extra`."""


def default(text: str) -> Any:  # noqa: ANN401 - the field's own type
    """A default that is more than a scalar, as JSON: each object gets its own."""
    return Field(default_factory=lambda: json.loads(text), validate_default=True)


class Tagged:
    """Beside a union: the value of a member decides which class an object becomes."""

    def __init__(self, member: str, classes: Mapping[str, str]) -> None:
        self._member, self._classes = member, classes

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - a type
        found = {part.__name__: handler.generate_schema(part) for part in get_args(source) if hasattr(part, "__name__")}
        tagged = core_schema.tagged_union_schema({tag: found[name] for tag, name in self._classes.items()}, self._member)
        # What the member does not decide (null, an object made by a handler) is found as in any union.
        return core_schema.union_schema([tagged, handler(source)], mode="left_to_right")


class Rest:
    """Beside `tuple[A, *tuple[B, ...]]`, which pydantic does not read by itself: a list that begins with an A."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - a type
        *places, rest = get_args(source)
        within = get_args(rest)
        kinds = [*places, (within if len(within) > 1 else get_args(within[0]))[0]]
        return core_schema.tuple_schema([handler.generate_schema(kind) for kind in kinds], variadic_item_index=len(places))
