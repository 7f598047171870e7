"""How a parameter's style divides its text into items of a list and members of an object (OpenAPI, Style Values).

Texts are divided before they are decoded, so that a delimiter that is percent-encoded is data.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from accord.openapi.parameter import Parameter
from accord.openapi.paths.path_template import normalized

_DELIMITERS = {"form": ",", "simple": ",", "spaceDelimited": r"%20|\+", "pipeDelimited": r"\||%7[Cc]"}


class MalformedValue(Exception):
    """The text of a parameter is none of its style; `code` and `pointer` (from the parameter) say it to the client."""

    def __init__(self, code: str, pointer: str = "") -> None:
        super().__init__(code)
        self.code, self.pointer = code, pointer


class Style:
    """How one text is divided; made once at start."""

    __slots__ = ("_assigned", "_first", "_members", "_open", "items")

    def __init__(self, parameter: Parameter) -> None:
        style, explode = parameter.style, parameter.explode
        self._first, self._open, delimiter = "", "", _DELIMITERS.get(style, ",")
        if style == "label":
            self._first = self._open = "."
            delimiter = r"\." if explode else ","
        elif style == "matrix":
            name = quote(parameter.name, safe="")
            self._first = f";{name}"
            self._open = ";" if explode else self._first
            delimiter = f";{re.escape(name)}(?:=|(?=;|$))" if explode else ","
        elif parameter.place == "header":  # a list may be folded over several lines, with space around its commas
            delimiter = r"[ \t]*,[ \t]*"
        self.items = re.compile(delimiter).split  # the texts of a list's items, given what `text` returns
        self._members = re.compile(";" if style == "matrix" and explode else delimiter)
        self._assigned = explode and style in ("simple", "label", "matrix")

    def text(self, text: str) -> str:
        """The text of a value, without the mark of its style: `.` or `;name=`, which is `;name` where the value is empty.

        Raises:
            MalformedValue: it does not begin so.
        """
        if not self._first:
            return text
        if not text.startswith(self._first):
            text = normalized(text)
        if not text.startswith(self._first):
            raise MalformedValue("type")
        rest = text[len(self._first) :]
        if self._first == "." or not rest:
            return rest
        if rest[0] != "=":
            raise MalformedValue("type")
        return rest[1:]

    def members(self, text: str) -> list[tuple[str, str]] | None:
        """The names and texts of an object's members, given the whole text; None if it is not written so."""
        if self._assigned:
            if not text.startswith(self._open):
                text = normalized(text)
            if not text.startswith(self._open):
                return None
            text = text[len(self._open) :]
            if not text:
                return []
            pairs = [part.partition("=") for part in self._members.split(text)]
            return [(name, value) for name, _, value in pairs] if all(mark for _, mark, _ in pairs) else None
        text = self.text(text)
        if not text:
            return []
        parts = self._members.split(text)
        return list(zip(parts[::2], parts[1::2], strict=True)) if len(parts) % 2 == 0 else None
