"""Parses YAML and JSON into values, with the line of each.

libyaml's events become values directly, because a tree of its nodes takes ten times the memory of the values.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from accord.document.pointer import Pointer, copied

Lines = dict[Pointer, int]


DEPTH = 200  # levels of lists and mappings; JSON Schema validators stop at 255


class SyntaxFault(Exception):
    """The text cannot be parsed; `line` is counted from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


class NestingFault(SyntaxFault):
    """The text is nested too deeply; the rest of it is not parsed."""


# YAML 1.2 core scalars only: `no`, `12:30:00` and bare dates are strings, as every other OpenAPI tool reads them.
_PLAIN = tuple(
    (kind, re.compile(rf"(?:{pattern})\Z"), frozenset(first))
    for kind, pattern, first in (
        ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
        ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
        ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
        ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan", "-+0123456789."),
    )
)
_BEGINNINGS = frozenset().union(*(first for _, _, first in _PLAIN))


def read(raw: bytes) -> tuple[Any, Lines]:
    """The value of a YAML or JSON text (an empty one is `{}`), and the line of every place in it.

    Raises:
        SyntaxFault: it is neither, or a mapping has a key twice.
    """
    try:
        return _read(_Reader(yaml.CSafeLoader(_as_yaml(raw))))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SyntaxFault(mark.line + 1 if mark else 1, str(error.problem)) from None
    except yaml.reader.ReaderError as error:
        line = raw.count(b"\n", 0, error.position) + 1
        raise SyntaxFault(line, f"this cannot be read as UTF-8 text: {error.reason}") from None
    except yaml.YAMLError as error:
        raise SyntaxFault(1, str(error)) from None
    except RecursionError:
        raise NestingFault(1, "the text is nested too deeply") from None


def _read(reader: _Reader) -> tuple[Any, Lines]:
    try:
        return reader.document(), reader.lines
    except NestingFault:
        raise
    except SyntaxFault:
        # A bracket that is not closed leads to odd mappings: errors of libyaml in the rest are more useful.
        while not isinstance(reader.loader.get_event(), yaml.StreamEndEvent):
            pass
        raise


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\t', re.DOTALL)
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\ud7ff\ue000-\ufffd]")


def _as_yaml(raw: bytes) -> bytes:
    """JSON as YAML: tabs between tokens and surrogates within strings are replaced; lines stay the same."""
    if not raw.lstrip().startswith((b"{", b"[")):
        return raw
    try:
        json.loads(raw)
    except ValueError:
        return raw

    def token(found: re.Match[str]) -> str:
        if found[0] == "\t":
            return " "
        text: str = json.loads(found[0])
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        return '"' + _UNPRINTABLE.sub(lambda one: f"\\U{ord(one[0]):08x}", quoted) + '"'

    return _TOKEN.sub(token, raw.decode("utf-8-sig")).encode()


@dataclass(slots=True)
class _Read:
    """The value of an anchor or key, the lines in it by relative pointers, and the text of a scalar."""

    value: Any
    lines: Lines
    text: str | None = None
    plain: bool = False


@dataclass(slots=True)
class _Reader:
    """The value of one text, event by event."""

    loader: Any
    lines: Lines = field(default_factory=dict)
    anchors: dict[str, _Read | None] = field(default_factory=dict)  # None: not read completely yet
    texts: dict[str, str] = field(default_factory=dict)  # equal strings share one object
    depth: int = 0

    def document(self) -> Any:  # noqa: ANN401 - any JSON value
        self.loader.get_event()  # the beginning of the stream
        if isinstance(self.loader.get_event(), yaml.StreamEndEvent):
            return {}
        value = self._value(self.loader.get_event(), ())
        self.loader.get_event()  # the end of the document
        event = self.loader.get_event()
        if not isinstance(event, yaml.StreamEndEvent):
            raise SyntaxFault(event.start_mark.line + 1, "a second document begins here: remove it")
        return value

    def _value(self, event: Any, pointer: Pointer) -> Any:  # noqa: ANN401 - an event, any JSON value
        """The value that begins with an event."""
        if isinstance(event, yaml.AliasEvent):
            return self._copied(self._named(event), pointer)
        self.lines.setdefault(pointer, event.start_mark.line + 1)
        if event.anchor is not None:
            return self._copied(self._anchored(event), pointer)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if self.depth == DEPTH:
            text = f"the text is nested too deeply: more than {DEPTH} lists and mappings: give what is within a name of its own"
            raise NestingFault(event.start_mark.line + 1, text)
        self.depth += 1
        value = self._mapping(pointer) if isinstance(event, yaml.MappingStartEvent) else self._sequence(pointer)
        self.depth -= 1
        return value

    def _sequence(self, pointer: Pointer) -> list[Any]:
        items: list[Any] = []
        while not isinstance(item := self.loader.get_event(), yaml.SequenceEndEvent):
            items.append(self._value(item, (*pointer, len(items))))
        return items

    def _mapping(self, pointer: Pointer) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        merged: list[_Read] = []
        while not isinstance(event := self.loader.get_event(), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            key, plain = self._key(event, line)
            if key == "<<" and plain:  # YAML's merge key: below, so that written members win
                merged += self._merged()
                continue
            if key in mapping:
                raise SyntaxFault(line, f"the key {key!r} is repeated in one mapping: remove one")
            place = (*pointer, key)
            self.lines[place] = line
            mapping[key] = self._value(self.loader.get_event(), place)
        for other in merged:
            if isinstance(other.value, dict):
                new = {key: other.value[key] for key in other.value if key not in mapping}
                lines = {place: line for place, line in other.lines.items() if place and place[0] in new}
                self._copied(_Read(new, lines), pointer)
                mapping = {**{key: mapping.get(key, new.get(key)) for key in other.value}, **mapping}
        return mapping

    def _key(self, event: Any, line: int) -> tuple[str, bool]:  # noqa: ANN401 - an event
        """A key, and whether it is not quoted."""
        if isinstance(event, yaml.ScalarEvent) and event.anchor is None:
            return self.texts.setdefault(event.value, event.value), not event.style
        found = self._named(event) if isinstance(event, yaml.AliasEvent) else None
        if isinstance(event, yaml.ScalarEvent):
            found = self._anchored(event)
        if found is None or found.text is None:
            raise SyntaxFault(line, "a key must be text, not a list or a mapping")
        return found.text, found.plain

    def _merged(self) -> list[_Read]:
        """The values of a merge key: a mapping, or a list of them."""
        found = self._separately(self.loader.get_event())
        if not isinstance(found.value, list):
            return [found]
        return [
            _Read(value, {inner[1:]: line for inner, line in found.lines.items() if inner[:1] == (index,)})
            for index, value in enumerate(found.value)
        ]

    def _separately(self, event: Any) -> _Read:  # noqa: ANN401 - an event
        """The value that begins with an event, with its lines kept apart."""
        lines, self.lines = self.lines, {}
        try:
            return _Read(self._value(event, ()), self.lines)
        finally:
            self.lines = lines

    def _anchored(self, event: Any) -> _Read:  # noqa: ANN401 - an event
        name, line = event.anchor, event.start_mark.line + 1
        if name in self.anchors:
            raise SyntaxFault(line, f"the anchor {name!r} is defined twice: rename one")
        self.anchors[name], event.anchor = None, None
        found = self._separately(event)
        if isinstance(event, yaml.ScalarEvent):
            found.text, found.plain = event.value, not event.style
        self.anchors[name] = found
        return found

    def _named(self, event: Any) -> _Read:  # noqa: ANN401 - an event
        line = event.start_mark.line + 1
        if event.anchor not in self.anchors:
            raise SyntaxFault(line, f"there is no anchor {event.anchor!r}: correct the alias")
        if (found := self.anchors[event.anchor]) is None:
            raise SyntaxFault(line, "a YAML alias is used inside its own anchor: write its value")
        return found

    def _copied(self, found: _Read, pointer: Pointer) -> Any:  # noqa: ANN401 - any JSON value
        """A copy of the value, with the lines of the anchor."""
        for inner, line in found.lines.items():
            self.lines.setdefault((*pointer, *inner), line)
        return copied(found.value)

    def _scalar(self, event: Any) -> Any:  # noqa: ANN401 - an event, any JSON value
        text: str = event.value
        if event.tag is not None and event.tag != "!":
            kind = event.tag.rpartition(":")[2]
        elif event.implicit[0] and text[:1] in _BEGINNINGS:
            kind = next((kind for kind, pattern, first in _PLAIN if text[:1] in first and pattern.match(text)), "str")
        else:
            return self.texts.setdefault(text, text)
        try:
            return _scalar(text, kind)
        except ValueError:
            message = f"{text[:40]!r} is not a number in JSON: write another, or quote it"
            raise SyntaxFault(event.start_mark.line + 1, message) from None


def _scalar(text: str, kind: str) -> str | float | bool | None:
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if kind == "float":
        if not math.isfinite(number := float(text)):
            raise ValueError(text)
        return number
    return None if kind == "null" else text
