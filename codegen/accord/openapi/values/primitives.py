"""Reads scalars from text: integers, numbers, booleans and null by JSON's grammar, according to the types of a schema.

Text that is not a literal of an admitted type stays text, so that the validator reports the fault.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from accord.document.document import Node
from accord.jsonschema.schema import conjuncts, subschemas, value_schema
from accord.jsonschema.types import admitted_types, implied_types, types_of
from accord.jsonschema.validator import Build, validator

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,39})", re.ASCII).fullmatch
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,399})(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,4})?", re.ASCII).fullmatch

ScalarReader = Callable[[str], Any]


def scalar(types: Iterable[str]) -> ScalarReader:
    """The reader of one value of these types."""
    types = frozenset(types)
    if not types & {"integer", "number", "boolean", "null"}:
        return str
    if types == {"integer"}:
        return lambda text: int(text) if _INTEGER(text) else text

    def read(text: str) -> Any:  # noqa: ANN401 - any JSON scalar
        if "integer" in types and _INTEGER(text):
            return int(text)
        if "number" in types and _NUMBER(text) and math.isfinite(value := float(text)):
            return value
        if "boolean" in types and text in ("true", "false"):
            return text == "true"
        return None if "null" in types and "string" not in types and text == "null" else text

    return read


def scalar_reader(schemas: list[Node], types: set[str]) -> ScalarReader:
    """The reader of one value of these types, which several schemas may describe.

    A text that could be a literal or a string becomes the literal if a schema accepts it; only `null` prefers the string.
    """
    read = scalar(types)
    if "string" not in types or not types & {"integer", "number", "boolean", "null"}:
        return read
    checks = [validator(one, "request", _alone(one)).is_valid for one in schemas]

    def is_valid(value: Any) -> bool:  # noqa: ANN401 - any JSON scalar
        return any(accepts(value) for accepts in checks)

    def choose(text: str) -> Any:  # noqa: ANN401 - any JSON scalar
        value = read(text)
        if type(value) is not str:
            return value if is_valid(value) or not is_valid(text) else text
        return None if text == "null" and "null" in types and not is_valid(text) else text

    return choose


def _alone(schema: Node) -> Build:
    """The schema as it is written: one that `value_schema` returns may have no place of its own."""
    return lambda _: {"allOf": [schema.value]}


def exact(schema: Node, value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """A value of the document in which `1.0` and `1e2` are integers if the schema admits integers but not other numbers."""
    if isinstance(value, float):
        types = types_of(schema)
        return int(value) if value.is_integer() and "integer" in types and "number" not in types else value
    if isinstance(value, list):
        return [exact(value_schema(schema, index), item) for index, item in enumerate(value)]
    return {name: exact(value_schema(schema, name), item) for name, item in value.items()} if isinstance(value, dict) else value


class ValueReader:
    """Reads the values of one schema from text: a scalar, items of a list, members of an object. Compiled at start."""

    __slots__ = ("_items", "_members", "_others", "_rest", "_schema", "anything", "scalar", "types")

    def __init__(self, schema: Node, members: Iterable[str] = ()) -> None:
        self._schema = schema
        self.types = types_of(schema)
        self.anything = admitted_types(schema) is None and not implied_types(schema, "object", "array")
        self.scalar = scalar_reader([schema], self.types)
        self._items: list[ScalarReader] = []
        self._rest: ScalarReader = str
        self._members = {name: ValueReader(value_schema(schema, name)) for name in members}
        self._others: dict[str, ValueReader] = {}
        if "array" in self.types:
            first = max((len(subschemas(part, "prefixItems")) for part in conjuncts(schema)), default=0)
            *self._items, self._rest = (self._one(index) for index in range(first + 1))

    def _one(self, index: int) -> ScalarReader:
        item = value_schema(self._schema, index)
        return scalar_reader([item], types_of(item))

    def items(self, texts: list[str]) -> list[Any]:
        """The items of a list."""
        if not self._items:
            return [self._rest(text) for text in texts]
        return [self._items[i](text) if i < len(self._items) else self._rest(text) for i, text in enumerate(texts)]

    def member(self, name: str) -> ValueReader:
        """The reader of a member. Names come from clients, so the cache is keyed by schema, of which there are few."""
        if (known := self._members.get(name)) is not None:
            return known
        schema = value_schema(self._schema, name)
        text = json.dumps(schema.value, sort_keys=True)
        return self._others.get(text) or self._others.setdefault(text, ValueReader(schema))


def unquote(text: str) -> str:
    """Decode a part of a query string.

    Raises:
        UnicodeDecodeError: the bytes are not UTF-8.
    """
    return unquote_to_bytes(text.replace("+", " ")).decode()


def unquote_percent(text: str) -> str:
    """Decode a text in which `+` is literal: a part of a path, a cookie, a query value with `allowReserved`.

    Raises:
        UnicodeDecodeError: the bytes are not UTF-8.
    """
    return unquote_to_bytes(text).decode() if "%" in text else text
