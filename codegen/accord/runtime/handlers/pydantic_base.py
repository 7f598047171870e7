"""The base of generated models. They give handlers types and accept every valid value; validation itself is done elsewhere."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, TypeAlias, get_args

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, GetCoreSchemaHandler, StrictFloat, StrictInt
from pydantic_core import CoreSchema, core_schema

_EXACT = 1 << 53  # larger integers are not exact as floats

# A float, or an integer that a float cannot represent exactly.
Number: TypeAlias = Annotated[
    Annotated[StrictInt, Field(gt=_EXACT)] | Annotated[StrictInt, Field(lt=-_EXACT)] | StrictFloat,
    Field(union_mode="left_to_right"),
]

_LEAP_SECOND = re.compile(r"(.{17})60(?:\.\d+)?(.+)", re.ASCII)


def _without_leap_second(value: object) -> object:
    """Replace a leap second, which RFC 3339 has and Python lacks, by the first instant of the next minute, as POSIX does.

    At the end of the year 9999, beyond which `datetime` ends, it becomes the last instant of the minute.
    """
    if isinstance(value, str) and value[17:19] == "60" and (parts := _LEAP_SECOND.fullmatch(value)):
        second = datetime.fromisoformat(f"{parts[1].upper()}59{parts[2].upper()}")
        try:
            return second + timedelta(seconds=1)
        except OverflowError:
            return second.replace(microsecond=999_999)
    return value


Instant: TypeAlias = Annotated[AwareDatetime, BeforeValidator(_without_leap_second)]


class Model(BaseModel, extra="allow", defer_build=True, protected_namespaces=(), serialize_by_alias=True):
    """An object of the document. Undocumented properties are kept in `model_extra`."""


def default(text: str) -> Any:  # noqa: ANN401 - the field's own type
    """A default that is an array or object, given as JSON text; every model gets a copy."""
    return Field(default_factory=lambda: json.loads(text), validate_default=True)


class Tagged:
    """Annotates a union: the value of a property selects the class (a discriminator)."""

    def __init__(self, name: str, classes: Mapping[str, str]) -> None:
        self._name, self._classes = name, classes

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - a type
        found = {part.__name__: handler.generate_schema(part) for part in get_args(source) if hasattr(part, "__name__")}
        tagged = core_schema.tagged_union_schema({tag: found[name] for tag, name in self._classes.items()}, self._name)
        # Values without this property (null, an instance created by a handler) are matched as in any union.
        return core_schema.union_schema([tagged, handler(source)], mode="left_to_right")


class Rest:
    """Annotates `tuple[A, *tuple[B, ...]]`, a list that begins with an A, which pydantic does not support itself."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - a type
        *first, rest = get_args(source)
        arguments = get_args(rest)
        kinds = [*first, (arguments if len(arguments) > 1 else get_args(arguments[0]))[0]]
        return core_schema.tuple_schema([handler.generate_schema(kind) for kind in kinds], variadic_item_index=len(first))
