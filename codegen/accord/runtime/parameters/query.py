"""Parameters that occur by name, in a query string or as cookies: which names are whose, how often each may occur."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accord.document.pointer import escape
from accord.openapi.values.primitives import unquote
from accord.runtime.parameters.reader import Reader
from accord.runtime.parameters.styles import MalformedValue
from accord.runtime.validator import MOST_FAULTS

Fault = tuple[str, str, str]  # place, JSON Pointer from there, code


class Names:
    """The names of one place; compiled at start.

    Members of exploded objects are names of their own. A name that is nobody's belongs to the object that admits any.
    """

    __slots__ = ("_deep", "_members", "_place", "_plain", "_rest")

    def __init__(self, place: str, readers: Iterable[Reader]) -> None:
        readers = list(readers)
        self._place = place
        self._plain = {reader.name: reader for reader in readers if reader.plain}
        exploded = [reader for reader in readers if reader.members is not None and not reader.deep]
        self._members = {name: reader for reader in exploded for name in reader.members or ()}
        self._deep = {reader.name: reader for reader in readers if reader.deep}
        self._rest = next((reader for reader in exploded if reader.open), None)

    def __contains__(self, name: str) -> bool:
        """Whether the document names it."""
        return name in self._plain or name in self._members

    def read(self, texts: dict[str, list[str]], faults: list[Fault], *, encoded: bool) -> tuple[dict[str, Any], list[str]]:
        """The values by parameter, and the names that are nobody's; what cannot be read becomes a fault."""
        values: dict[str, Any] = {}
        others: list[str] = []
        for name, found in texts.items():
            reader = self._plain.get(name)
            if reader is None:
                others.append(name)
                continue
            try:
                if len(found) > 1 and not reader.repeats:
                    faults.append((self._place, "/" + escape(name), "repeated"))
                else:
                    values[name] = reader.read_all(found, encoded)
            except MalformedValue as malformed:
                faults.append((self._place, "/" + escape(name), malformed.code))
            except UnicodeDecodeError:
                faults.append((self._place, "/" + escape(name), "encoding"))
        if others and (self._members or self._deep or self._rest is not None):
            others = self._spread(others, texts, values, faults)
        return values, others

    def _spread(self, names: list[str], texts: dict[str, list[str]], values: dict[str, Any], faults: list[Fault]) -> list[str]:
        """Put the members of exploded objects together; returns the names that are none."""
        objects: dict[str, tuple[Reader, dict[str, list[str]]]] = {}
        unknown = []
        for name in names:
            base, bracket, member = name.partition("[")
            reader = self._members.get(name)
            if reader is None and bracket and member.endswith("]") and "[" not in member and "]" not in member[:-1]:
                reader = self._deep.get(base)
            member = member[:-1] if reader is not None and reader.deep else name
            if reader is None:
                reader = self._rest
            if reader is None:
                unknown.append(name)
            else:
                objects.setdefault(reader.name, (reader, {}))[1][member] = texts[name]
        for name, (reader, members) in objects.items():
            pointer = "/" + escape(name)
            if name in values:  # a scalar and an object
                faults.append((self._place, pointer, "repeated"))
                continue
            try:
                values[name] = reader.read_members(members)
            except MalformedValue as malformed:
                faults.append((self._place, pointer + malformed.pointer, malformed.code))
            except UnicodeDecodeError:
                faults.append((self._place, pointer, "encoding"))
        return unknown


class Query:
    """Reads the query string of one operation. Names that are unknown or wrongly repeated are faults, never dropped.

    `foreign` are names that others read, as an API key.
    """

    __slots__ = ("_foreign", "_names")

    def __init__(self, readers: Iterable[Reader], foreign: frozenset[str]) -> None:
        self._names, self._foreign = Names("query", readers), foreign

    def read(self, raw: bytes, faults: list[Fault]) -> dict[str, Any]:
        """The values by name."""
        if not raw.isascii():
            faults.append(("query", "", "encoding"))
            return {}
        texts: dict[str, list[str]] = {}
        encoded = b"%" in raw or b"+" in raw
        for part in raw.decode("ascii").split("&"):
            if not part:  # WHATWG URL, 5.1: an empty sequence is not a pair
                continue
            name, _, text = part.partition("=")
            try:
                texts.setdefault(unquote(name) if encoded else name, []).append(text)
            except UnicodeDecodeError:
                undecoded = ("query", "", "encoding")
                if undecoded not in faults:
                    faults.append(undecoded)
        values, others = self._names.read(texts, faults, encoded=encoded)
        if others:
            unknown = [name for name in others if name not in self._foreign] if self._foreign else others
            faults += [("query", "/" + escape(name), "unknown") for name in unknown[:MOST_FAULTS]]
        return values


class Cookies:
    """Reads the `Cookie` header (RFC 6265, 4.2) of one operation. Unknown cookies are ignored: a browser sends all that it has.

    A cookie that occurs twice is a fault, for nobody could say which one counts.
    """

    __slots__ = ("_names",)

    def __init__(self, readers: Iterable[Reader]) -> None:
        self._names = Names("cookie", readers)

    def read(self, header: bytes, faults: list[Fault]) -> dict[str, Any]:
        """The values by name."""
        texts: dict[str, list[str]] = {}
        for pair in header.split(b";"):
            raw_name, _, raw = pair.strip(b" \t").partition(b"=")
            name = raw_name.decode("latin-1")
            if name not in self._names:  # an open object too has its named members only
                continue
            try:
                text = raw.decode()
            except UnicodeDecodeError:
                faults.append(("cookie", "/" + escape(name), "encoding"))
                continue
            quoted = len(text) > 1 and text[0] == text[-1] == '"'
            texts.setdefault(name, []).append(text[1:-1] if quoted else text)
        return self._names.read(texts, faults, encoded=True)[0]
