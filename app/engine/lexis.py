"""How parameters are read from the wire: JSON's grammar for integers, numbers and booleans, styles as declared.

Text that is not a literal of the declared type stays text, so that the judge names the fault.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from app.engine.description import Parameter
from app.engine.document import Node

_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,39})", re.ASCII).fullmatch
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,399})(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,4})?", re.ASCII).fullmatch

Lexer = Callable[[str], Any]


def types_of(schema: Node) -> set[str]:
    """The JSON types that a schema admits, as far as it says; of a schema that does not say, `string`."""
    schema = schema.resolved()
    kind = schema.value.get("type")
    if isinstance(kind, str):
        return {kind}
    if isinstance(kind, list):
        return set(kind)
    found: set[str] = set()
    for keyword in ("anyOf", "oneOf", "allOf"):
        branches = schema.get(keyword)
        for branch in branches.elements() if branches else ():
            found |= types_of(branch)
    for value in [*schema.value.get("enum", ()), *([schema.value["const"]] if "const" in schema.value else ())]:
        found.add({bool: "boolean", int: "integer", float: "number"}.get(type(value), "string"))
    return found or {"string"}


def scalar(types: set[str]) -> Lexer:
    """The reader of one value of these types."""
    if types == {"string"}:
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
        return text

    return read


def unquote(text: str) -> str:
    """Decode a part of a query string.

    Raises:
        UnicodeDecodeError: the bytes are not UTF-8.
    """
    return unquote_to_bytes(text.replace("+", " ")).decode()


def _unquote_path(text: str) -> str:
    """Decode a part of a path, where `+` is itself; that it is UTF-8 was seen when the path was matched."""
    return unquote_to_bytes(text).decode()


_DELIMITERS = {
    "form": re.compile(","),
    "simple": re.compile(","),
    "spaceDelimited": re.compile(r"%20|\+"),
    "pipeDelimited": re.compile(r"\||%7[Cc]"),
}


class Reader:
    """Reads one parameter; made once at start.

    `array` says whether the parameter may hold several values, `repeats` whether it may occur several times in a query.
    """

    __slots__ = ("_decode", "_delimiter", "_item", "_prefix", "array", "key", "name", "repeats", "required")

    def __init__(self, parameter: Parameter) -> None:
        types = types_of(parameter.schema)
        self.name, self.required = parameter.name, parameter.required
        self.key = parameter.name.lower().encode()
        self.array = "array" in types
        items = parameter.schema.resolved().get("items") if self.array else None
        self._item = scalar((types_of(items) if items else {"string"}) if self.array else types)
        self.repeats = self.array and parameter.place == "query" and parameter.explode
        self._prefix = {"label": ".", "matrix": f";{parameter.name}="}.get(parameter.style, "")
        if parameter.style in ("label", "matrix"):
            exploded = re.escape(self._prefix)
            self._delimiter = re.compile(exploded if parameter.explode else ",")
        else:
            self._delimiter = _DELIMITERS[parameter.style]
        if parameter.place == "header":  # A list may be folded over several lines, with space around its commas.
            self._delimiter = re.compile(r"[ \t]*,[ \t]*")
        self._decode = _unquote_path if parameter.place == "path" else str

    def read(self, text: str) -> Any:  # noqa: ANN401 - any JSON value
        """The value of a path or header parameter. A list in a path comes as it was written, other texts come decoded."""
        if self._prefix:
            if not text.startswith(self._prefix):
                return None  # no schema of a scalar or an array admits null, so the judge refuses it
            text = text[len(self._prefix) :]
        if not self.array:
            return self._item(text)
        return [self._item(self._decode(part)) for part in self._delimiter.split(text)]

    def read_query(self, texts: list[str], *, encoded: bool) -> Any:  # noqa: ANN401 - any JSON value
        """The value of a query parameter from its raw texts; a delimiter that is percent-encoded is data.

        Raises:
            UnicodeDecodeError: the bytes are not UTF-8.
        """
        decode = unquote if encoded else str
        if not self.array:
            return self._item(decode(texts[0]))
        parts = texts if self.repeats else self._delimiter.split(texts[0])
        return [self._item(decode(part)) for part in parts]
