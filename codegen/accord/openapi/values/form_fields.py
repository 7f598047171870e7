"""The fields of form and multipart bodies as schemas describe them, and how their texts become values."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from accord.document.document import Node
from accord.document.pointer import escape
from accord.document.strict_json import strict_json
from accord.jsonschema.content_encoding import coding_of, is_text
from accord.jsonschema.regex.ecma import matches
from accord.jsonschema.schema import in_place, properties, subschemas
from accord.jsonschema.types import named_types
from accord.openapi.media_type import Encoding, kind_of
from accord.openapi.values.primitives import scalar_reader

Decode = Callable[[str], str]
Fault = tuple[str, str, str]  # `body`, a JSON Pointer into it, and the keyword that rejects

# A percent-encoded delimiter is data, unless the style itself requires the encoding.
_DELIMITERS = {"form": ",", "spaceDelimited": r"%20|\+| ", "pipeDelimited": r"\||%7[Cc]"}
_OPENING = {"object": "{", "array": "["}  # first character as JSON
_DEEP = re.compile(r"([^\[\]]+)\[([^\[\]]+)\]")


def _under(schemas: list[Node], keyword: str) -> list[Node]:
    """The schemas under a keyword of all schemas that apply to one value."""
    return [part.raw_child(keyword) for part in in_place(*schemas) if isinstance(part.value.get(keyword), dict)]


class Member:
    """One field: its types, and how its values are written.

    `repeats` is whether it may occur several times; `item` then describes each occurrence. A list within a list is JSON.
    A field without a type is a list if it occurs several times.
    """

    def __init__(self, schemas: list[Node], encoding: Encoding | None = None, *, within: bool = False) -> None:
        self.types = named_types(*schemas)
        self.schemas, self.encoding = schemas, encoding
        style, explode = (encoding.style, encoding.explode) if encoding is not None else (None, None)
        self.item = Member(_under(schemas, "items"), within=True) if "array" in self.types and not within else None
        explodes = style in (None, "form") if explode is None else explode
        self.repeats = self.item is not None and explodes
        self._anything = not self.types and not within and explodes
        self.deep = Members(schemas) if style == "deepObject" else None
        self.content_types = () if encoding is None or encoding.styled else encoding.content_types
        self.as_json = any(kind_of(name) == "json" for name in self.content_types)
        spread = encoding is not None and encoding.styled and self.deep is None and "object" in self.types
        self._spread = Members(schemas) if spread else None
        self._delimiter = re.compile(_DELIMITERS.get(style or "form", ","))
        self._scalar = scalar_reader(schemas, self.types - {"array", "object"})
        self._opening = tuple(opening for kind, opening in _OPENING.items() if kind in self.types)

    def admits(self, times: int) -> bool:
        """Whether the field may occur that often."""
        return times == 1 or self.repeats or self._anything

    def read(self, texts: list[str], decode: Decode) -> Any:  # noqa: ANN401 - any JSON value
        """The value of the texts of a field, which are not decoded yet.

        Raises:
            ValueError: a text should be JSON and is not.
        """
        if self.item is None or (len(texts) == 1 and self.types - {"array", "null"}):
            each = [self._one(text, decode) for text in (texts if self._anything else texts[:1])]
            return each[0] if len(each) == 1 else each
        if self.as_json:
            values = [strict_json(decode(text).encode()) for text in texts]
            # One text may be the whole list, or one of its items.
            return values[0] if len(values) == 1 and isinstance(values[0], list) else values
        parts = texts if self.repeats else self._delimiter.split(texts[0])
        return [self.item.read([part], decode) for part in parts]

    def _one(self, text: str, decode: Decode) -> Any:  # noqa: ANN401 - any JSON value
        if self._spread is not None:  # `name,Ada,age,36`
            parts = self._delimiter.split(text)
            pairs = dict(zip(map(decode, parts[::2]), parts[1::2], strict=False))
            if len(pairs) * 2 != len(parts):  # a name without a value, or repeated: not an object
                return decode(text)
            return {name: self._spread[name].read([value], decode) for name, value in pairs.items()}
        plain = decode(text)
        if self.as_json or (self._opening and (self.types <= _OPENING.keys() or plain.startswith(self._opening))):
            return strict_json(plain.encode())
        return self._scalar(plain)


class Members:
    """The fields of an object that schemas describe, by name."""

    def __init__(self, schemas: list[Node], encoding: dict[str, Encoding] | None = None) -> None:
        encoding, parts = encoding or {}, list(in_place(*schemas))
        described: dict[str, list[Node]] = {**{name: [] for name in encoding}, **properties(*parts)}
        patterns = [pattern for part in parts for pattern in subschemas(part, "patternProperties")]
        self.known = {name: Member(found, encoding.get(name)) for name, found in described.items()}
        self._deep = any(member.deep is not None for member in self.known.values())
        self._patterns = [(functools.partial(matches, str(node.pointer[-1])), Member([node])) for node in patterns]
        extra = _under(schemas, "additionalProperties") or _under(schemas, "unevaluatedProperties")
        self.other = Member(extra)

    def __getitem__(self, name: str) -> Member:
        """The field of a name; one that is not described is a string."""
        member = self.known.get(name)
        if member is None:
            member = next((member for matches, member in self._patterns if matches(name)), self.other)
        return member

    def read(self, pairs: Iterable[tuple[str, str]], decode: Decode, faults: list[Fault], pointer: str = "") -> dict[str, Any]:
        """The values of pairs of names and texts, which are not decoded yet; wrongly repeated names are added to `faults`.

        `pointer` is the place of the object in the body.

        Raises:
            ValueError: a text should be JSON and is not.
        """
        texts: dict[str, list[str]] = {}
        deep: dict[str, list[tuple[str, str]]] = {}
        for name, text in pairs:
            if (names := self._deep_names(name)) is not None:
                deep.setdefault(names[0], []).append((names[1], text))
            else:
                texts.setdefault(name, []).append(text)
        values: dict[str, Any] = {}
        for name, found in texts.items():
            member = self[name]
            if not member.admits(len(found)) or name in deep:
                faults.append(("body", f"{pointer}/{escape(name)}", "repeated"))
            values[name] = member.read(found, decode)
        for name, inner in deep.items():
            members = self.known[name].deep
            if members is not None and name not in texts:
                values[name] = members.read(inner, decode, faults, f"{pointer}/{escape(name)}")
        return values

    def at(self, name: str) -> Member:
        """The field of a name as it is written; for `field[inner]`, the inner one."""
        names = self._deep_names(name)
        members = self.known[names[0]].deep if names is not None else None
        return self[name] if names is None or members is None else members[names[1]]

    def all(self) -> Iterator[Member]:
        """Every described field, inner ones too, and the one for all other names."""
        for member in [*self.known.values(), *(member for _, member in self._patterns), self.other]:
            yield member
            if member.deep is not None:
                yield from member.deep.all()

    def _deep_names(self, name: str) -> tuple[str, str] | None:
        """The two names of `field[inner]`, if the field has the style `deepObject`."""
        if not self._deep or not (found := _DEEP.fullmatch(name)):
            return None
        member = self.known.get(found[1])
        return (found[1], found[2]) if member is not None and member.deep is not None else None


def holds_file(schemas: Iterable[Node], encoding: Encoding | None) -> bool:
    """Whether a part with these schemas is passed to the handler as a file.

    That is binary and encoded content, and content without a type (OpenAPI 3.1), unless its media types are text or JSON.
    """
    types: Any = False
    for value in (part.value for part in in_place(*schemas)):
        binary = value.get("format") == "binary" or kind_of(value.get("contentMediaType", "text/plain")) != "text"
        coding = coding_of(value)
        if binary or (coding is not None and not is_text(coding)):
            return True
        types = types or value.keys() & {"type", "enum", "const", "properties"}
    if encoding is not None and encoding.content_types and not encoding.styled:
        return all(kind_of(name) not in ("json", "text") for name in encoding.content_types)
    return not types
