"""Routing: 404, 405 with the complete `Allow`, OPTIONS, HEAD as GET.

Paths match exactly, below the base path of every server: slashes are neither added nor removed, and `%2F` is data. Of two
matching paths, the one wins whose first different segment is more specific: a literal, then text with parameters, then one
parameter.
"""

from __future__ import annotations

from typing import Generic, TypeVar
from urllib.parse import unquote, unquote_to_bytes

from accord.openapi.operation import Operation
from accord.openapi.paths.path_template import Pattern, normalized

T = TypeVar("T")


class Resource(Generic[T]):
    """One path: its operations by method, and its `Allow` header."""

    __slots__ = ("allow", "operations", "written")

    def __init__(self) -> None:
        self.operations: dict[str, T] = {}
        self.written: dict[str, Operation] = {}
        self.allow = b""

    def add(self, described: Operation, operation: T, path: str) -> None:
        """Add a method to the path; GET adds HEAD.

        Raises:
            DocumentError: another operation has this method.
        """
        method = described.method
        if (other := self.written.setdefault(method, described)) is not described:
            text = f"{method} {path} is also {other.id} ({other.node.where})"
            raise described.node.error(f"{text}: remove one, or change its servers or `x-accord-alias`")
        self.operations[method] = operation
        if method == "GET":
            self.operations.setdefault("HEAD", operation)
        self.allow = ", ".join(sorted({*self.operations, "OPTIONS"})).encode()


class _Segment(Generic[T]):
    """A node in the tree of path segments."""

    __slots__ = ("literals", "patterns", "resource", "template")

    def __init__(self) -> None:
        self.literals: dict[str, _Segment[T]] = {}
        self.patterns: list[tuple[Pattern, _Segment[T]]] = []  # the most specific first
        self.template: _Segment[T] | None = None
        self.resource: Resource[T] | None = None

    def matched(self, pattern: Pattern) -> _Segment[T]:
        """The child node of a pattern."""
        for known, segment in self.patterns:
            if known == pattern:
                return segment
        new: _Segment[T] = _Segment()
        self.patterns.append((pattern, new))
        self.patterns.sort(key=lambda one: one[0].rank)
        return new

    def find(self, segments: list[str], raw: list[str], index: int, values: list[str]) -> Resource[T] | None:
        """The resource at the segments from `index` on; `raw` are the same, not decoded, and fill `values`."""
        if index == len(segments):
            return self.resource
        literal = self.literals.get(segments[index])
        if literal is not None and (found := literal.find(segments, raw, index + 1, values)) is not None:
            return found
        for pattern, segment in self.patterns:
            texts = pattern.match(raw[index])
            if texts is not None:
                values += texts
                if (found := segment.find(segments, raw, index + 1, values)) is not None:
                    return found
                del values[-len(texts) :]
        if self.template is not None and segments[index]:
            values.append(raw[index])
            if (found := self.template.find(segments, raw, index + 1, values)) is not None:
                return found
            values.pop()
        return None


class Router(Generic[T]):
    """All paths of a document. A path without parameters is found by one dictionary lookup."""

    def __init__(self, aliases: dict[str, str]) -> None:
        self._aliases = aliases
        self._exact: dict[str, Resource[T]] = {}
        self._tree: _Segment[T] = _Segment()

    def add(self, described: Operation, operation: T) -> None:
        """Register an operation under its path and the path's aliases, below each of its servers.

        Raises:
            DocumentError: another operation is registered there.
        """
        paths = [described.path]
        for alias, prefix in self._aliases.items():
            rest = described.path.removeprefix(prefix)
            if rest != described.path and (prefix.endswith("/") or rest[:1] in ("", "/")):
                paths.append(alias + rest)
        for prefix in described.prefixes:
            for path in paths:
                self._place(prefix + path, described).add(described, operation, prefix + path)

    def _place(self, path: str, described: Operation) -> Resource[T]:
        styles = {p.name: p.style for p in described.parameters if p.place == "path"}
        segment = self._tree
        for part in path.split("/"):
            pattern = Pattern.of(part, styles)
            if pattern is None:
                segment = segment.literals.setdefault(unquote(part), _Segment())
            elif pattern.is_whole:
                segment.template = segment.template or _Segment()
                segment = segment.template
            else:
                segment = segment.matched(pattern)
        segment.resource = segment.resource or Resource()
        if "{" not in path and "%" not in path:
            self._exact[path] = segment.resource
        return segment.resource

    def find(self, path: str, raw_path: bytes) -> tuple[Resource[T] | None, list[str]]:
        """The resource of a request, and the texts of its path parameters as they were sent, in order."""
        values: list[str] = []
        if b"%" not in raw_path:
            resource = self._exact.get(path)
            if resource is None:
                segments = path.split("/")
                resource = self._tree.find(segments, segments, 0, values)
            return resource, values
        try:  # Split before decoding, so that an encoded slash stays inside its segment.
            raw = raw_path.decode("ascii").split("/")
            segments = [unquote_to_bytes(part).decode() for part in raw]
        except UnicodeDecodeError:
            return None, values
        found = self._tree.find(segments, raw, 0, values)
        if found is None:  # `%2E` between two parameters belongs to one of them if possible
            found = self._tree.find(segments, [normalized(part) for part in raw], 0, values)
        return found, values
