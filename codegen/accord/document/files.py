"""Reads a document and the files that it refers to as one tree."""

from __future__ import annotations

import contextlib
import json
import posixpath
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from accord.document.findings import DocumentError
from accord.document.pointer import FILES, Pointer, collected, mappings, reference_to
from accord.document.references import has_siblings, references, stands_for_names
from accord.document.source import SyntaxFault, read

Files = Callable[[str], bytes]  # reads a file by its name relative to the document


def no_files(name: str) -> bytes:
    """The `Files` of a document that was given as bytes."""
    raise FileNotFoundError(2, "the document was given without its other files", name)


class Tree:
    """A document with its other files under `x-accord-files`; every reference in `data` that can be resolved is `#/...`.

    `names` are the mappings of names that are written as a reference, `items` the path items with fields beside a reference.

    Raises:
        DocumentError: the text is not YAML or JSON, repeats a key, or is not a mapping.
    """

    def __init__(self, raw: bytes, name: str, read_file: Files) -> None:
        self._read_file = read_file
        self.lines: dict[Pointer, int] = {}
        self.unresolved: dict[str, str] = {}  # references that cannot be resolved, and why
        self.names: list[Pointer] = []
        self.items: list[Pointer] = []
        self.data: Any = self._parsed(raw, name, ())
        if not isinstance(self.data, dict):
            raise DocumentError(f"{name}:1: an OpenAPI document must be a mapping")
        if not isinstance(self.data.get(FILES, {}), dict):
            text = f"`{FILES}` contains the other files of the document by name: remove it"
            raise DocumentError(f"{name}:{self.lines[FILES,]}: {text}")
        self._roots: dict[str, Pointer] = {name: ()}
        self._anchors: dict[tuple[str, str], Pointer] = {}
        self._found: list[tuple[str, dict[str, Any], str]] = []  # references: their file, mapping and key
        waiting = [name]
        while waiting:
            waiting += self._look_through(waiting.pop())
        for file, holder, key in self._found:
            holder[key] = self._pointed(file, holder[key])

    def _parsed(self, raw: bytes, name: str, pointer: Pointer) -> Any:  # noqa: ANN401 - any JSON value
        try:
            if name.endswith(".json") and raw.strip():
                with contextlib.suppress(UnicodeDecodeError, RecursionError):  # which the YAML reader reports with a line
                    _check_json(raw)
            value, lines = read(raw)
        except json.JSONDecodeError as fault:
            raise DocumentError(f"{name}:{fault.lineno}: this is not JSON: {fault.msg}") from None
        except SyntaxFault as fault:
            raise DocumentError(f"{name}:{fault.line}: {fault}") from None
        self.lines.update({(*pointer, *inner): line for inner, line in lines.items()} if pointer else lines)
        return value

    def _look_through(self, file: str) -> list[str]:
        """Record the references and anchors of a file, and load the files that it refers to; returns their names."""
        root = self._roots[file]
        found = collected(self.data[FILES][file], ()) if root else mappings(self.data)
        new = []
        for pointer, mapping in list(found):  # the value grows as files are loaded
            if isinstance(anchor := mapping.get("$anchor"), str):
                self._anchors[file, anchor] = (*root, *pointer)
            if stands_for_names(pointer, mapping):
                self.names.append((*root, *pointer))
            elif has_siblings(pointer, mapping):
                self.items.append((*root, *pointer))
            for holder, key in references(mapping):
                self._found.append((file, holder, key))
                name = _file(file, holder[key])
                if name not in self._roots and self._load(name, holder[key]):
                    new.append(name)
        return new

    def _load(self, name: str, reference: str) -> bool:
        """Load a file if it exists."""
        if ":" in name:
            self.unresolved[reference] = "leads to another host: copy what it names to a file beside the document"
            return False
        try:
            raw = self._read_file(name)
        except OSError as error:
            self.unresolved[reference] = f"leads to the file {name!r}: {error.strerror}: correct its name"
            return False
        self._roots[name] = (FILES, name)
        self.lines.setdefault((FILES,), 1)
        self.data.setdefault(FILES, {})[name] = self._parsed(raw, name, (FILES, name))
        return True

    def _pointed(self, file: str, reference: str) -> str:
        name, fragment = _file(file, reference), reference.partition("#")[2]
        if name not in self._roots:
            return reference
        if fragment and not fragment.startswith("/"):
            if (target := self._anchors.get((name, fragment))) is not None:
                return reference_to(target)
            self.unresolved[reference] = f"leads nowhere: there is no `$anchor: {fragment}`: correct the reference"
            return reference
        return reference_to(self._roots[name], fragment)


def _check_json(raw: bytes) -> None:
    """Raise JSONDecodeError unless a text is JSON; numbers are not converted."""

    def constant(name: str) -> None:
        text = raw.decode("utf-8-sig")
        raise json.JSONDecodeError(f"there is no {name}", text, text.find(name))

    json.loads(raw, parse_int=str, parse_float=str, parse_constant=constant)


def _file(file: str, reference: str) -> str:
    """The name of the file that a reference in a file leads to."""
    relative = unquote(reference.partition("#")[0])
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), relative)) if relative else file
