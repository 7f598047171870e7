"""An OpenAPI document as nodes: its values, and the line of every place."""

from __future__ import annotations

import contextlib
import copy
import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from accord.document.adoption.apply import Adopted, adopt
from accord.document.adoption.places import place_of
from accord.document.adoption.readings import ReadingError, Readings, beside
from accord.document.files import Files, Tree, no_files
from accord.document.findings import DocumentError, Finding
from accord.document.openapi30 import translate
from accord.document.pointer import (
    FILES,
    Key,
    Pointer,
    copied,
    fragment_tokens,
    key_of,
    unescape_fragment,
    value_at,
)
from accord.document.references import references, spread

__all__ = ["Document", "DocumentError", "Node"]


def _compact(value: Any) -> bytes:  # noqa: ANN401 - any JSON value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class Document:
    """One OpenAPI document with the files that it refers to, and the line of every value.

    `data` is one tree in OpenAPI 3.1: other files are under `x-accord-files`, and every `$ref` is `#/...`. `raw` is the file as
    bytes, `original` the tree before readings and translation, `written` the tree with readings applied, `whole` the same with
    the fields that path items take from a `$ref`. `unresolved` are references that cannot be resolved, and why.

    Raises:
        DocumentError: the text is not YAML or JSON, repeats a key, or a reading does not apply to it.
    """

    def __init__(
        self, raw: bytes, name: str = "openapi.yaml", files: Files = no_files, readings: Readings | None = None
    ) -> None:
        """`readings` replace those of the file beside the document (`openapi.adopted.yaml`)."""
        self.raw, self.name = raw, name
        tree = Tree(raw, name, files)
        self.lines, self.unresolved = tree.lines, tree.unresolved
        self._names_twice, self._items = spread(tree.data, tree.names), tree.items
        self.original: Any = tree.data
        try:
            self._read(beside(name, files) if readings is None else readings)
        except ReadingError as error:
            raise DocumentError(str(error)) from None

    def _read(self, readings: Readings) -> None:
        self.readings = readings
        self.adopted: Adopted = adopt(self.original, readings, references)
        self.written: Any = self.adopted.data
        items = [place for place in self._items if self._has_reference(place)]
        self.whole: Any = copied(self.written) if items else self.written
        # Fields beside a `$ref` that are also in its target.
        self.duplicates = [*self._names_twice, *spread(self.whole, items)]
        self._set(translate(self.whole))

    def _set(self, data: Any) -> None:  # noqa: ANN401 - a document
        self.data = data
        self.root = Node(self, (), data)
        self._targets: dict[str, Node] = {}  # of references that were followed

    def _has_reference(self, pointer: Pointer) -> bool:
        """Whether there is still a `$ref` at a place after the readings."""
        with contextlib.suppress(KeyError):
            return "$ref" in value_at(self.written, pointer)
        return False

    def reread(self, readings: Readings) -> Document:
        """The same document with other readings.

        Raises:
            DocumentError: a reading does not apply to the document.
        """
        other = copy.copy(self)
        for name in ("json", "digest"):
            other.__dict__.pop(name, None)
        try:
            other._read(readings)  # noqa: SLF001 - of its own class
        except ReadingError as error:
            raise DocumentError(str(error)) from None
        return other

    def with_data(self, data: Any) -> Document:  # noqa: ANN401 - a document
        """The same document with other data; files, lines and readings stay. After a change of the data, call it again."""
        other = copy.copy(self)
        other._set(data)  # noqa: SLF001 - of its own class
        return other

    @classmethod
    def load(cls, path: Path, readings: Readings | None = None) -> Document:
        """Read a file and the files that it refers to; messages contain only the last part of its path."""
        return cls(path.read_bytes(), path.name, lambda name: (path.parent / name).read_bytes(), readings)

    @property
    def version(self) -> str:
        """`3.0` or `3.1`."""
        return str(self.data.get("openapi", "")).rpartition(".")[0]

    @functools.cached_property
    def json(self) -> bytes:
        """The document with its other files as compact JSON, members in the written order, without readings."""
        return _compact(self.original)

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 of the document with its readings, independent of layout and comments, in hexadecimal digits."""
        return hashlib.sha256(_compact(self.written)).hexdigest()

    def line(self, pointer: Pointer) -> int:
        """The line (from 1) of a place in its file, or of the nearest place around it that is written."""
        return self._line(self.adopted.origin(pointer))

    def where(self, pointer: Pointer) -> str:
        """`openapi.yaml:LINE` of a place."""
        return self.written_at(self.adopted.origin(pointer))

    def written_at(self, pointer: Pointer) -> str:
        """`openapi.yaml:LINE` of a place of the document as it was written."""
        file = str(pointer[1]) if len(pointer) > 1 and pointer[0] == FILES else self.name
        return f"{file}:{self._line(pointer)}"

    def _line(self, pointer: Pointer) -> int:
        while pointer and pointer not in self.lines:
            pointer = pointer[:-1]
        return self.lines.get(pointer, 1)

    def place(self, pointer: Pointer) -> str:
        """A place in the notation of readings, as it was written."""
        return place_of(self.original, self.adopted.origin(pointer))

    def at(self, reference: str, used: Node) -> Node:
        """The target of a `$ref`; `used` is where it is used, for the message if it cannot be resolved."""
        if (known := self._targets.get(reference)) is not None:
            return known
        node = self.root
        if reference != "#" and not reference.startswith("#/"):
            why = self.unresolved.get(reference, "leads nowhere: write a place inside the document (`#/...`)")
            raise used.error(f"$ref {reference!r} {why}")
        for name in fragment_tokens(reference):
            if (key := key_of(node.value, name)) is None:
                raise used.error(f"$ref {_by_file(reference)!r} leads nowhere: there is no {name!r}: correct the reference")
            node = node.raw_child(key)
        self._targets[reference] = node
        return node

    def node(self, pointer: Pointer) -> Node:
        """The value at a place, which must exist."""
        return Node(self, pointer, value_at(self.data, pointer))


def _by_file(reference: str) -> str:
    """A reference into another file as authors write it: `common.yaml#/User`."""
    root, files, *rest = [*reference.split("/", 3), ""][:4]
    if (root, files) != ("#", FILES):
        return reference
    return f"{unescape_fragment(rest[0])}#{'/' * bool(rest[1])}{rest[1]}"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the document and its place."""

    document: Document
    pointer: Pointer
    value: Any

    @property
    def line(self) -> int:
        """Its line, from 1."""
        return self.document.line(self.pointer)

    @property
    def where(self) -> str:
        """`openapi.yaml:LINE`."""
        return self.document.where(self.pointer)

    @property
    def reference(self) -> str | None:
        """The `$ref` written here, if any."""
        reference = self.value.get("$ref") if isinstance(self.value, dict) else None
        return reference if isinstance(reference, str) else None

    def error(self, text: str) -> DocumentError:
        """An error at this place."""
        finding = Finding(self.where, text, self.pointer)
        return DocumentError(str(finding), (finding,))

    def resolved(self) -> Node:
        """Itself, or the target of its `$ref`. Keywords beside a `$ref` in a schema are not merged.

        Raises:
            DocumentError: the `$ref` leads nowhere or in a circle.
        """
        node, seen = self, {self.pointer}
        while (reference := node.reference) is not None:
            node = self.document.at(reference, node)
            if node.pointer in seen:
                raise self.error(f"$ref {reference!r} leads back to itself: correct the reference")
            seen.add(node.pointer)
        return node

    def child(self, key: Key) -> Node:
        """A member that must exist, `$ref`s followed."""
        return Node(self.document, (*self.pointer, key), self.value[key]).resolved()

    def get(self, *keys: str) -> Node | None:
        """The value under these keys, one below the other, `$ref`s followed; None if there is none."""
        node = self
        for key in keys:
            if not isinstance(node.value, dict) or key not in node.value:
                return None
            node = node.child(key)
        return node

    def items(self, *keys: str) -> Iterator[tuple[str, Node]]:
        """The members of the mapping of keywords under these keys, extensions (`x-`) left out, `$ref`s followed."""
        node = self.get(*keys)
        if node is not None and isinstance(node.value, dict):
            yield from ((key, node.child(key)) for key in node.value if not key.startswith("x-"))

    def named(self, *keys: str) -> Iterator[tuple[str, Node]]:
        """The members of the mapping under these keys, whose own keys are names, as of headers. `$ref`s are followed."""
        node = self.get(*keys)
        if node is not None and isinstance(node.value, dict):
            yield from ((key, node.child(key)) for key in node.value)

    def elements(self, *keys: str) -> Iterator[Node]:
        """The elements of the sequence under these keys, `$ref`s followed."""
        node = self.get(*keys)
        if node is not None and isinstance(node.value, list):
            yield from map(node.child, range(len(node.value)))

    def written(self) -> Iterator[tuple[str, Node]]:
        """The members of a mapping, `$ref`s not followed; nothing of any other value."""
        if isinstance(self.value, dict):
            yield from ((key, self.raw_child(key)) for key in self.value)

    def raw_child(self, key: Key) -> Node:
        """A member that must exist, `$ref`s not followed."""
        return Node(self.document, (*self.pointer, key), self.value[key])
