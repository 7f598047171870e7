"""Reads one parameter: from its texts to its value, by style and schema or by media type."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from accord.document.pointer import escape
from accord.document.strict_json import strict_json
from accord.errors import MalformedValue
from accord.jsonschema.schema import is_closed, property_names
from accord.jsonschema.types import SCALARS, types_of
from accord.jsonschema.validator import validator
from accord.openapi.parameter import Parameter
from accord.openapi.values.headers import SET_COOKIE
from accord.openapi.values.primitives import ValueReader, unquote, unquote_percent
from accord.runtime.parameters.styles import Style


class ParameterReader:
    """Reads one parameter.

    `read` takes the single text of a path or header parameter; `read_all` takes every text of a query parameter or cookie, and
    whether they may contain percent-encoding. Both raise `MalformedValue`, or `UnicodeDecodeError` if the bytes are not UTF-8.

    - `repeats`: the name may occur several times.
    - `properties`: of an exploded object, the property names that occur instead of its own name; `is_open`: and any other.
    - `is_deep`: its properties are written `name[property]`.
    - `has_own_name`: its own name may occur.
    """

    def __init__(self, parameter: Parameter) -> None:
        self.name, self.required, self.place = parameter.name, parameter.required, parameter.place
        self.key = parameter.name.lower().encode()  # as in the dictionary of headers
        self._parameter = parameter
        plus_is_space = parameter.place == "query" and not parameter.allow_reserved
        self._decode: Callable[[str], str] = (
            unquote if plus_is_space else str if parameter.place == "header" else unquote_percent
        )
        self.is_deep = parameter.style == "deepObject" and parameter.media is None
        is_exploded = parameter.explode and parameter.style == "form"
        self.properties: list[str] | None = None
        self.is_open, self.has_own_name, self.repeats, self.contains_objects = False, True, False, False
        if parameter.media is not None:
            self._read = self._json if parameter.media.kind == "json" else self._text
            self.contains_objects = parameter.media.kind == "json"
        else:
            self._values, self._style = ValueReader(parameter.schema), Style(parameter)
            types = self._values.types
            self.contains_objects = "object" in types
            if "object" in types and (is_exploded or self.is_deep):
                self.properties, self.is_open = property_names(parameter.schema), not is_closed(parameter.schema)
                self._values = ValueReader(parameter.schema, self.properties)
                self.has_own_name = bool(types - {"object", "null"})
            elif "object" in types:
                self._values = ValueReader(parameter.schema, property_names(parameter.schema))
            self.repeats = "array" in types and parameter.place in ("query", "cookie") and parameter.explode
            self._read = self._best_reading if types & {"array", "object"} else self._scalar
        self.read, self.read_all = self._compiled(parameter)

    @functools.cached_property
    def may_be_invisible(self) -> bool:
        """Whether an allowed value is sent as nothing at all: the empty object, if it is exploded."""
        return self.properties is not None and self._is_valid({})

    def _compiled(self, parameter: Parameter) -> tuple[Callable[[str], Any], Callable[[list[str], bool], Any]]:
        """`read` and `read_all`; scalars, the most common, take the shortest path."""
        decode, read, repeats = self._decode, self._read, self.repeats
        if read == self._scalar and parameter.style in ("simple", "form") and not parameter.allow_empty:
            read_scalar = self._values.scalar
            if parameter.place == "header":
                return read_scalar, lambda texts, _: read_scalar(texts[0])
            return (
                lambda text: read_scalar(unquote_percent(text)),
                lambda texts, is_encoded: read_scalar(decode(texts[0]) if is_encoded else texts[0]),
            )

        if repeats and self._values.types == {"array"} and not parameter.allow_empty:
            items = self._values.items

            def read_list(texts: list[str], is_encoded: bool) -> Any:  # noqa: ANN401, FBT001 - as below
                if texts == [""]:
                    return self._repeated(texts, str)
                return items([decode(text) for text in texts] if is_encoded else texts)

            return lambda text: read(text, decode), read_list

        def read_all(texts: list[str], is_encoded: bool) -> Any:  # noqa: ANN401, FBT001 - any JSON value; on the hot path
            if parameter.allow_empty and texts == [""]:
                return ""
            decoder = decode if is_encoded else str
            return self._repeated(texts, decoder) if repeats else read(texts[0], decoder)

        return lambda text: read(text, decode), read_all

    def _scalar(self, text: str, decode: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON scalar
        return self._values.scalar(decode(self._style.text(text)))

    def _text(self, text: str, decode: Callable[[str], str]) -> str:
        return decode(text)

    def _json(self, text: str, decode: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON value
        raw = decode(text).encode("latin-1" if self.place == "header" else "utf-8")
        try:
            return strict_json(raw)
        except ValueError:
            raise MalformedValue("syntax") from None

    def _best_reading(self, text: str, decode: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON value
        return self._first_valid(list(self._readings(text, decode)))

    def _readings(self, text: str, decode: Callable[[str], str]) -> Iterator[Any]:
        """The possible values of a text, the most likely first: one with a delimiter is an array or object, else a scalar.

        An empty text is one empty item, or no items, or an object without properties.
        """
        types = self._values.types
        parts = self._style.items(self._style.text(text)) if types & (SCALARS | {"array"}) else []
        has_delimiter = len(parts) > 1
        if types & SCALARS and not has_delimiter:
            yield self._values.scalar(decode(parts[0]))
        if "object" in types and self.properties is None:
            pairs = self._style.properties(text)
            decoded = {decode(name): decode(value) for name, value in pairs} if pairs is not None else {}
            if pairs is not None and len(decoded) == len(pairs):
                yield {name: self._values.member(name).scalar(value) for name, value in decoded.items()}
        if "array" in types:
            yield self._values.items([decode(part) for part in parts])
            if parts == [""]:
                yield []
        if types & SCALARS and has_delimiter:
            yield self._values.scalar(decode(self._style.text(text)))

    def _repeated(self, texts: list[str], decode: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON value
        """The value of a parameter whose name may occur several times."""
        decoded = [decode(text) for text in texts]
        readings = [self._values.scalar(decoded[0])] if len(decoded) == 1 and self._values.types & SCALARS else []
        return self._first_valid([*readings, self._values.items(decoded), *([[]] if decoded == [""] else [])])

    def _first_valid(self, readings: list[Any]) -> Any:  # noqa: ANN401 - any JSON value
        """The first reading that the schema accepts, or else the first."""
        if not readings:
            raise MalformedValue("type")
        return readings[0] if len(readings) == 1 else next(filter(self._is_valid, readings), readings[0])

    @functools.cached_property
    def _is_valid(self) -> Callable[[Any], bool]:
        return validator(self._parameter.schema, "request").is_valid

    def read_properties(self, properties: Mapping[str, list[str]]) -> dict[str, Any]:
        """An exploded object, from the texts of its properties."""
        return {name: self._property(name, texts) for name, texts in properties.items()}

    def _property(self, name: str, texts: list[str]) -> Any:  # noqa: ANN401 - a scalar or a list of them
        values = self._values.member(name)
        if "array" in values.types and (len(texts) > 1 or not values.types & SCALARS):
            return values.items([self._decode(text) for text in texts])
        if len(texts) > 1 and values.anything:
            return [self._decode(text) for text in texts]
        if len(texts) > 1:
            raise MalformedValue("repeated", "/" + escape(name))
        return values.scalar(self._decode(texts[0]))


def header_reader(header: Parameter) -> Callable[[list[str]], Any]:
    """The reader of a header from all of its lines, for validation; raises `MalformedValue`."""
    if header.name.lower() == SET_COOKIE and header.media is None and "array" in types_of(header.schema):
        return ValueReader(header.schema).items
    read = ParameterReader(header).read
    return lambda lines: read(", ".join(lines))
