"""Which operation a request is for: 404, 405 with the complete `Allow`, OPTIONS, HEAD as GET.

Paths match exactly: no slash is added or taken away, `%2F` is data, a literal segment wins over a template.
"""

from __future__ import annotations

import re
from typing import Generic, TypeVar
from urllib.parse import unquote_to_bytes

from app.engine.description import Operation
from app.engine.document import DocumentError

T = TypeVar("T")


class Resource(Generic[T]):
    """One path: its operations by method, and its `Allow`."""

    __slots__ = ("allow", "operations")

    def __init__(self) -> None:
        self.operations: dict[str, T] = {}
        self.allow = b""

    def add(self, method: str, operation: T) -> None:
        """Give the path one more method; GET brings HEAD."""
        self.operations[method] = operation
        if method == "GET":
            self.operations.setdefault("HEAD", operation)
        self.allow = ", ".join(sorted({*self.operations, "OPTIONS"})).encode()


class _Segment(Generic[T]):
    """A place in the tree of path segments."""

    __slots__ = ("literals", "resource", "template")

    def __init__(self) -> None:
        self.literals: dict[str, _Segment[T]] = {}
        self.template: _Segment[T] | None = None
        self.resource: Resource[T] | None = None

    def find(self, segments: list[str], index: int, values: list[str]) -> Resource[T] | None:
        if index == len(segments):
            return self.resource
        literal = self.literals.get(segments[index])
        if literal is not None and (found := literal.find(segments, index + 1, values)) is not None:
            return found
        if self.template is not None and segments[index]:
            values.append(segments[index])
            if (found := self.template.find(segments, index + 1, values)) is not None:
                return found
            values.pop()
        return None


class Paths(Generic[T]):
    """All paths of a document. A path without a template is one look-up in a dictionary."""

    def __init__(self, aliases: dict[str, str]) -> None:
        self._aliases = aliases
        self._exact: dict[str, Resource[T]] = {}
        self._tree: _Segment[T] = _Segment()

    def add(self, described: Operation, operation: T) -> None:
        """Register an operation under its path and every alias of it."""
        paths = [described.path]
        for alias, prefix in self._aliases.items():
            rest = described.path.removeprefix(prefix)
            if rest != described.path and (prefix.endswith("/") or rest[:1] in ("", "/")):
                paths.append(alias + rest)
        for path in paths:
            self._place(path, described).add(described.method, operation)

    def _place(self, path: str, described: Operation) -> Resource[T]:
        segment = self._tree
        for part in path.split("/"):
            if "{" not in part:
                segment = segment.literals.setdefault(part, _Segment())
                continue
            if not re.fullmatch(r"\{[^{}]+\}", part):
                raise DocumentError(f"{described.node.where}: {path}: a template must fill its whole segment")
            segment.template = segment.template or _Segment()
            segment = segment.template
        segment.resource = segment.resource or Resource()
        if "{" not in path:
            self._exact[path] = segment.resource
        return segment.resource

    def find(self, path: str, raw_path: bytes) -> tuple[Resource[T] | None, list[str]]:
        """The resource of a request and the texts of its path parameters, in order."""
        values: list[str] = []
        if b"%" not in raw_path:
            resource = self._exact.get(path)
            return (resource if resource is not None else self._tree.find(path.split("/"), 0, values)), values
        try:  # Split before decoding, so that an encoded slash stays inside its segment.
            segments = [unquote_to_bytes(part).decode() for part in raw_path.split(b"/")]
        except UnicodeDecodeError:
            return None, values
        return self._tree.find(segments, 0, values), values
