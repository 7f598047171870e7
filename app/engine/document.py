"""The document as it is written: values, `$ref`s, and the line where each thing stands."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

Key = str | int
Pointer = tuple[Key, ...]


class DocumentError(Exception):
    """Something in the document that cannot be used; the text begins with `file:line:`."""


class _Loader(yaml.CSafeLoader):
    """YAML 1.2 core scalars only: `no`, `12:30:00` and bare dates are strings, as every other OpenAPI tool reads them."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML reads it per class


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.inf|\.nan", "-+0123456789."),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), list(_first))


def _value(node: yaml.Node, pointer: Pointer, lines: dict[Pointer, int], name: str) -> Any:  # noqa: ANN401 - any JSON value
    lines.setdefault(pointer, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            key = str(key_node.value)
            if key in mapping:
                raise DocumentError(f"{name}:{line}: the key {key!r} stands twice in one mapping: remove one")
            lines[*pointer, key] = line
            mapping[key] = _value(value_node, (*pointer, key), lines, name)
        return mapping
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*pointer, index), lines, name) for index, item in enumerate(node.value)]
    return _scalar(str(node.value), node.tag.rpartition(":")[2])


def _scalar(text: str, kind: str) -> str | float | bool | None:
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if kind == "float":
        return float(text)
    return None if kind == "null" else text


class Document:
    """One OpenAPI document: its bytes, its values, and the line of every one of them.

    Raises:
        DocumentError: the text is not YAML or JSON, repeats a key, or has a `$ref` that leads nowhere.
    """

    def __init__(self, raw: bytes, name: str = "openapi.yaml") -> None:
        self.raw, self.name = raw, name
        self.lines: dict[Pointer, int] = {}
        try:
            node = yaml.compose(raw, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            raise DocumentError(f"{name}:{line}: {error.problem}") from None
        except yaml.YAMLError as error:
            raise DocumentError(f"{name}:1: {error}") from None
        self.data: Any = _value(node, (), self.lines, name) if node is not None else {}
        if not isinstance(self.data, dict):
            raise DocumentError(f"{name}:1: an OpenAPI document is a mapping")
        self.root = Node(self, (), self.data)

    @classmethod
    def load(cls, path: Path) -> Document:
        """Read a file; messages name it by its last part."""
        return cls(path.read_bytes(), path.name)

    @functools.cached_property
    def json(self) -> bytes:
        """The same document as compact JSON, members in the written order."""
        return json.dumps(self.data, ensure_ascii=False, separators=(",", ":")).encode()

    @functools.cached_property
    def digest(self) -> str:
        """Names what the document says, whatever its layout and comments: SHA-256 in hexadecimal digits."""
        return hashlib.sha256(self.json).hexdigest()

    def line(self, pointer: Pointer) -> int:
        """The line (from 1) of a place, or of the nearest written thing around it."""
        while pointer not in self.lines:
            pointer = pointer[:-1]
        return self.lines[pointer]

    def at(self, reference: str, used: Node) -> Node:
        """What a local `$ref` names; `used` is where it is used, for the message when there is nothing."""
        node = self.root
        if reference != "#" and not reference.startswith("#/"):
            raise DocumentError(f"{used.where}: $ref {reference!r}: write a place inside the document (`#/...`)")
        for part in reference[1:].split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            value = node.value
            if isinstance(value, dict) and key in value:
                node = Node(self, (*node.pointer, key), value[key])
            elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
                node = Node(self, (*node.pointer, int(key)), value[int(key)])
            else:
                raise DocumentError(f"{used.where}: $ref {reference!r} leads nowhere: there is no {key!r}")
        return node


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the document and where it stands."""

    document: Document
    pointer: Pointer
    value: Any

    @property
    def line(self) -> int:
        """The line where it is written, from 1."""
        return self.document.line(self.pointer)

    @property
    def where(self) -> str:
        """`openapi.yaml:LINE`."""
        return f"{self.document.name}:{self.line}"

    @property
    def reference(self) -> str | None:
        """The `$ref` written here, if any."""
        reference = self.value.get("$ref") if isinstance(self.value, dict) else None
        return reference if isinstance(reference, str) else None

    def resolved(self) -> Node:
        """Itself, or what its `$ref` leads to. Keywords beside a `$ref` in a schema are not merged.

        Raises:
            DocumentError: the `$ref` leads nowhere or in a circle.
        """
        node, seen = self, {self.pointer}
        while (reference := node.reference) is not None:
            node = self.document.at(reference, node)
            if node.pointer in seen:
                raise DocumentError(f"{self.where}: $ref {reference!r} leads back to itself")
            seen.add(node.pointer)
        return node

    def child(self, key: Key) -> Node:
        """A member that is known to be there, `$ref`s followed."""
        return Node(self.document, (*self.pointer, key), self.value[key]).resolved()

    def get(self, key: str) -> Node | None:
        """A member, `$ref`s followed, or None."""
        return self.child(key) if isinstance(self.value, dict) and key in self.value else None

    def items(self) -> Iterator[tuple[str, Node]]:
        """The members of a mapping of keywords, extensions (`x-`) left out, `$ref`s followed."""
        if isinstance(self.value, dict):
            for key in self.value:
                if not key.startswith("x-"):
                    yield key, self.child(key)

    def named(self) -> Iterator[tuple[str, Node]]:
        """The members of a mapping whose keys are names, as of headers, `$ref`s followed."""
        if isinstance(self.value, dict):
            for key in self.value:
                yield key, self.child(key)

    def elements(self) -> Iterator[Node]:
        """The elements of a sequence, `$ref`s followed."""
        if isinstance(self.value, list):
            for index in range(len(self.value)):
                yield self.child(index)

    def raw_child(self, key: Key) -> Node:
        """A member as it is written: a `$ref` is not followed."""
        return Node(self.document, (*self.pointer, key), self.value[key])
