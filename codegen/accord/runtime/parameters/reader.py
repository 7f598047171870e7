"""One parameter, from its texts to its value: by its style and schema, or by its media type."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from accord.document.pointer import escape
from accord.document.strict_json import strict_json
from accord.jsonschema.schema import is_closed, property_names
from accord.jsonschema.types import SCALARS
from accord.jsonschema.validator import validator
from accord.openapi.parameter import Parameter
from accord.openapi.values.primitives import ValueReader, unquote, unquote_percent
from accord.runtime.parameters.styles import MalformedValue, Style


class Reader:
    """Reads one parameter; compiled at start.

    `read` takes the one text of a path or header parameter, `read_all` every text of a query parameter or cookie and whether
    anything in them is encoded. `repeats`: its name may occur several times. `members`: its members are names of their own,
    these and (`open`) any other; of a `deep` one written `name[member]`. `plain`: its own name may occur.

    All reading raises `MalformedValue`, or `UnicodeDecodeError` where the bytes are not UTF-8.
    """

    def __init__(self, parameter: Parameter) -> None:
        self.name, self.required, self.place = parameter.name, parameter.required, parameter.place
        self.key = parameter.name.lower().encode()  # as headers are held
        self._parameter = parameter
        wide = parameter.place == "query" and not parameter.allow_reserved
        self._decode: Callable[[str], str] = unquote if wide else str if parameter.place == "header" else unquote_percent
        self.deep = parameter.style == "deepObject" and parameter.media is None
        exploded = parameter.explode and parameter.style == "form"
        self.members: list[str] | None = None
        self.open, self.plain, self.repeats, self.holds_objects = False, True, False, False
        if parameter.media is not None:
            self._read = self._json if parameter.media.kind == "json" else self._text
            self.holds_objects = parameter.media.kind == "json"
        else:
            self._lexis, self._style = ValueReader(parameter.schema), Style(parameter)
            kinds = self._lexis.types
            self.holds_objects = "object" in kinds
            if "object" in kinds and (exploded or self.deep):
                self.members, self.open = property_names(parameter.schema), not is_closed(parameter.schema)
                self._lexis = ValueReader(parameter.schema, self.members)
                self.plain = bool(kinds - {"object", "null"})
            elif "object" in kinds:
                self._lexis = ValueReader(parameter.schema, property_names(parameter.schema))
            self.repeats = "array" in kinds and parameter.place in ("query", "cookie") and parameter.explode
            self._read = self._divided if kinds & {"array", "object"} else self._scalar
        self.read, self.read_all = self._compiled(parameter)

    @functools.cached_property
    def may_leave_no_trace(self) -> bool:
        """Whether nothing is sent for one of its values: an object without members, whose members are names of their own."""
        return self.members is not None and self._is_valid({})

    def _compiled(self, parameter: Parameter) -> tuple[Callable[[str], Any], Callable[[list[str], bool], Any]]:
        """The two ways in; the usual scalar takes the shortest way."""
        decode, read, repeats = self._decode, self._read, self.repeats
        if read == self._scalar and parameter.style in ("simple", "form") and not parameter.allow_empty:
            lexer = self._lexis.scalar
            if parameter.place == "header":
                return lexer, lambda texts, _: lexer(texts[0])
            return (
                lambda text: lexer(unquote_percent(text)),
                lambda texts, encoded: lexer(decode(texts[0]) if encoded else texts[0]),
            )

        if repeats and self._lexis.types == {"array"} and not parameter.allow_empty:
            items = self._lexis.items

            def read_list(texts: list[str], encoded: bool) -> Any:  # noqa: ANN401, FBT001 - as below
                if texts == [""]:
                    return self._repeated(texts, str)
                return items([decode(text) for text in texts] if encoded else texts)

            return lambda text: read(text, decode), read_list

        def read_all(texts: list[str], encoded: bool) -> Any:  # noqa: ANN401, FBT001 - any JSON value; called for each name
            if parameter.allow_empty and texts == [""]:
                return ""
            decoder = decode if encoded else str
            return self._repeated(texts, decoder) if repeats else read(texts[0], decoder)

        return lambda text: read(text, decode), read_all

    def _scalar(self, text: str, decode: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON scalar
        return self._lexis.scalar(decode(self._style.text(text)))

    def _text(self, text: str, decode: Callable[[str], str]) -> str:
        return decode(text)

    def _json(self, text: str, decode: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON value
        raw = decode(text).encode("latin-1" if self.place == "header" else "utf-8")
        try:
            return strict_json(raw)
        except ValueError:
            raise MalformedValue("syntax") from None

    def _divided(self, text: str, decode: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON value
        """The first reading that the schema accepts, else the first."""
        return self._accepted(list(self._readings(text, decode)))

    def _readings(self, text: str, decode: Callable[[str], str]) -> Iterator[Any]:
        """What one text may mean: a value with a delimiter is rather divided, one without rather a scalar.

        An empty text is one empty item, or no item; and an object without members.
        """
        kinds = self._lexis.types
        parts = self._style.items(self._style.text(text)) if kinds & (SCALARS | {"array"}) else []
        divided = len(parts) > 1
        if kinds & SCALARS and not divided:
            yield self._lexis.scalar(decode(parts[0]))
        if "object" in kinds and self.members is None:
            pairs = self._style.members(text)
            named = {decode(name): decode(value) for name, value in pairs} if pairs is not None else {}
            if pairs is not None and len(named) == len(pairs):
                yield {name: self._lexis.member(name).scalar(value) for name, value in named.items()}
        if "array" in kinds:
            yield self._lexis.items([decode(part) for part in parts])
            if parts == [""]:
                yield []
        if kinds & SCALARS and divided:
            yield self._lexis.scalar(decode(self._style.text(text)))

    def _repeated(self, texts: list[str], decode: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON value
        """The value of a name that may occur several times."""
        decoded = [decode(text) for text in texts]
        once = len(decoded) == 1
        readings = [self._lexis.scalar(decoded[0])] if once and self._lexis.types & SCALARS else []
        return self._accepted([*readings, self._lexis.items(decoded), *([[]] if decoded == [""] else [])])

    def _accepted(self, readings: list[Any]) -> Any:  # noqa: ANN401 - any JSON value
        if not readings:
            raise MalformedValue("type")
        return readings[0] if len(readings) == 1 else next(filter(self._is_valid, readings), readings[0])

    @functools.cached_property
    def _is_valid(self) -> Callable[[Any], bool]:
        return validator(self._parameter.schema.document, self._parameter.schema, "request").is_valid

    def read_members(self, found: Mapping[str, list[str]]) -> dict[str, Any]:
        """The object whose members came as names of their own."""
        return {name: self._member(name, texts) for name, texts in found.items()}

    def _member(self, name: str, texts: list[str]) -> Any:  # noqa: ANN401 - a scalar or a list of them
        lexis = self._lexis.member(name)
        if "array" in lexis.types and (len(texts) > 1 or not lexis.types & SCALARS):
            return lexis.items([self._decode(text) for text in texts])
        if len(texts) > 1 and lexis.anything:
            return [self._decode(text) for text in texts]
        if len(texts) > 1:
            raise MalformedValue("repeated", "/" + escape(name))
        return lexis.scalar(self._decode(texts[0]))
