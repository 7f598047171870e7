"""Query and cookie parameters: which names belong to which parameter, and how often each may occur."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from accord.document.pointer import escape
from accord.errors import MalformedValue
from accord.openapi.values.form_fields import Fault
from accord.openapi.values.primitives import unquote
from accord.problems.fault import MAX_FAULTS
from accord.runtime.parameters.reader import ParameterReader


class _Names:
    """The parameters of one place, by the names under which they occur.

    The properties of an exploded object are names of their own. Other names belong to the object with additional properties.
    """

    __slots__ = ("_by_name", "_by_property", "_deep_objects", "_open_object", "_place")

    def __init__(self, place: str, readers: Iterable[ParameterReader]) -> None:
        readers = list(readers)
        self._place = place
        self._by_name = {reader.name: reader for reader in readers if reader.has_own_name}
        exploded = [reader for reader in readers if reader.properties is not None and not reader.is_deep]
        self._by_property = {name: reader for reader in exploded for name in reader.properties or ()}
        self._deep_objects = {reader.name: reader for reader in readers if reader.is_deep}
        self._open_object = next((reader for reader in exploded if reader.is_open), None)

    def __contains__(self, name: str) -> bool:
        """Whether the document defines a name."""
        return name in self._by_name or name in self._by_property

    def read(self, texts: dict[str, list[str]], faults: list[Fault], *, is_encoded: bool) -> tuple[dict[str, Any], list[str]]:
        """The values by parameter, and the unknown names; a malformed value becomes a fault."""
        values: dict[str, Any] = {}
        unknown: list[str] = []
        for name, found in texts.items():
            reader = self._by_name.get(name)
            if reader is None:
                unknown.append(name)
                continue
            try:
                if len(found) > 1 and not reader.repeats:
                    faults.append((self._place, "/" + escape(name), "repeated"))
                else:
                    values[name] = reader.read_all(found, is_encoded)
            except MalformedValue as malformed:
                faults.append((self._place, "/" + escape(name), malformed.code))
            except UnicodeDecodeError:
                faults.append((self._place, "/" + escape(name), "encoding"))
        if unknown and (self._by_property or self._deep_objects or self._open_object is not None):
            unknown = self._read_objects(unknown, texts, values, faults)
        return values, unknown

    def _read_objects(
        self, names: list[str], texts: dict[str, list[str]], values: dict[str, Any], faults: list[Fault]
    ) -> list[str]:
        """Assemble exploded objects from their properties; returns the names that belong to none."""
        objects: dict[str, tuple[ParameterReader, dict[str, list[str]]]] = {}
        unknown = []
        for name in names:
            base, bracket, inner = name.partition("[")
            reader = self._by_property.get(name)
            if reader is None and bracket and inner.endswith("]") and "[" not in inner and "]" not in inner[:-1]:
                reader = self._deep_objects.get(base)
            key = inner[:-1] if reader is not None and reader.is_deep else name
            if reader is None:
                reader = self._open_object
            if reader is None:
                unknown.append(name)
            else:
                objects.setdefault(reader.name, (reader, {}))[1][key] = texts[name]
        for name, (reader, properties) in objects.items():
            pointer = "/" + escape(name)
            if name in values:  # sent as a scalar, and as an object
                faults.append((self._place, pointer, "repeated"))
                continue
            try:
                values[name] = reader.read_properties(properties)
            except MalformedValue as malformed:
                faults.append((self._place, pointer + malformed.pointer, malformed.code))
            except UnicodeDecodeError:
                faults.append((self._place, pointer, "encoding"))
        return unknown


class Query:
    """Reads the query string of one operation. Unknown names are faults, but not those in `ignored`, such as API keys."""

    __slots__ = ("_ignored", "_names")

    def __init__(self, readers: Iterable[ParameterReader], ignored: frozenset[str]) -> None:
        self._names, self._ignored = _Names("query", readers), ignored

    def read(self, raw: bytes, faults: list[Fault]) -> dict[str, Any]:
        """The values by name."""
        if not raw.isascii():
            faults.append(("query", "", "encoding"))
            return {}
        texts: dict[str, list[str]] = {}
        is_encoded = b"%" in raw or b"+" in raw
        for part in raw.decode("ascii").split("&"):
            if not part:  # an empty sequence is not a pair (WHATWG URL 5.1)
                continue
            name, _, text = part.partition("=")
            try:
                texts.setdefault(unquote(name) if is_encoded else name, []).append(text)
            except UnicodeDecodeError:
                fault = ("query", "", "encoding")
                if fault not in faults:
                    faults.append(fault)
        values, unknown = self._names.read(texts, faults, is_encoded=is_encoded)
        if unknown:
            unknown = [name for name in unknown if name not in self._ignored] if self._ignored else unknown
            faults += [("query", "/" + escape(name), "unknown") for name in unknown[:MAX_FAULTS]]
        return values


def cookie_pairs(header: bytes) -> Iterator[tuple[str, bytes | None]]:
    """The names and values in a `Cookie` header (RFC 6265 4.2), without quotes around a value; None for a name without `=`."""
    for part in header.split(b";"):
        name, separator, value = part.strip(b" \t").partition(b"=")
        is_quoted = len(value) > 1 and value[:1] == value[-1:] == b'"'
        yield name.decode("latin-1"), (value[1:-1] if is_quoted else value) if separator else None


class Cookies:
    """Reads the `Cookie` header of one operation. Browsers send all their cookies, so unknown ones are ignored."""

    __slots__ = ("_names",)

    def __init__(self, readers: Iterable[ParameterReader]) -> None:
        self._names = _Names("cookie", readers)

    def read(self, header: bytes, faults: list[Fault]) -> dict[str, Any]:
        """The values by name."""
        texts: dict[str, list[str]] = {}
        for name, value in cookie_pairs(header):
            if name not in self._names:  # not even an object with additional properties takes unknown cookies
                continue
            try:
                text = (value or b"").decode()
            except UnicodeDecodeError:
                faults.append(("cookie", "/" + escape(name), "encoding"))
            else:
                texts.setdefault(name, []).append(text)
        return self._names.read(texts, faults, is_encoded=True)[0]
