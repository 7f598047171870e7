"""Splits the text of a parameter into the items of an array or the properties of an object (OpenAPI, Style Values).

Text is split before it is decoded, so that a percent-encoded delimiter is data.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from accord.errors import MalformedValue
from accord.openapi.parameter import Parameter
from accord.openapi.paths.path_template import normalized

_DELIMITERS = {"form": ",", "simple": ",", "spaceDelimited": r"%20|\+", "pipeDelimited": r"\||%7[Cc]"}


class Style:
    """The style of one parameter."""

    __slots__ = ("_has_pairs", "_object_prefix", "_prefix", "_split_properties", "items")

    def __init__(self, parameter: Parameter) -> None:
        style, explode = parameter.style, parameter.explode
        self._prefix, self._object_prefix, delimiter = "", "", _DELIMITERS.get(style, ",")
        if style == "label":
            self._prefix = self._object_prefix = "."
            delimiter = r"\." if explode else ","
        elif style == "matrix":
            name = quote(parameter.name, safe="")
            self._prefix = f";{name}"
            self._object_prefix = ";" if explode else self._prefix
            delimiter = f";{re.escape(name)}(?:=|(?=;|$))" if explode else ","
        elif parameter.place == "header":  # lists may have spaces around commas
            delimiter = r"[ \t]*,[ \t]*"
        self.items = re.compile(delimiter).split  # splits what `text` returns into the items of an array
        self._split_properties = re.compile(";" if style == "matrix" and explode else delimiter).split
        self._has_pairs = explode and style in ("simple", "label", "matrix")

    def text(self, text: str) -> str:
        """The text without the prefix of its style: `.`, or `;name=` (`;name` if the value is empty).

        Raises:
            MalformedValue: the prefix is missing.
        """
        if not self._prefix:
            return text
        if not text.startswith(self._prefix):
            text = normalized(text)
        if not text.startswith(self._prefix):
            raise MalformedValue("type")
        rest = text[len(self._prefix) :]
        if self._prefix == "." or not rest:
            return rest
        if rest[0] != "=":
            raise MalformedValue("type")
        return rest[1:]

    def properties(self, text: str) -> list[tuple[str, str]] | None:
        """The names and values of an object, given the whole text; None if it is not written in this style."""
        if self._has_pairs:
            if not text.startswith(self._object_prefix):
                text = normalized(text)
            if not text.startswith(self._object_prefix):
                return None
            text = text[len(self._object_prefix) :]
            if not text:
                return []
            pairs = [part.partition("=") for part in self._split_properties(text)]
            return [(name, value) for name, _, value in pairs] if all(equals for _, equals, _ in pairs) else None
        text = self.text(text)
        if not text:
            return []
        parts = self._split_properties(text)
        return list(zip(parts[::2], parts[1::2], strict=True)) if len(parts) % 2 == 0 else None
