"""A schema as it is used: what it includes by `$ref` and `allOf`, together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from accord.document.document import Document, Node
from accord.document.pointer import Pointer
from accord.document.references import METHODS
from accord.jsonschema.schema import included, properties
from accord.jsonschema.types import declared_types

Direction = Literal["request", "response"]

# Subschemas that only narrow what another schema describes, so they need no type or bounds of their own.
NARROWING = ("not", "if", "then", "else", "contains", "propertyNames")

# Keywords whose members are names, and keywords that are left out of the name of a place.
NAMED = ("paths", "properties", "patternProperties", "responses", "content", "headers", "links")
SILENT = ("properties", "schema", "responses", "content")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of the document: its line, what is wrong, and how to correct it."""

    line: int
    text: str


def finding(node: Node, what: str, how: str) -> Finding:
    """A fault at a node; the text begins with the name of its place."""
    return Finding(node.line, f"{place(node)} {what}: {how}")


def place(node: Node) -> str:
    """A short name of where something is written: `User.email`, `UserList.users[]`, `GET /health.200`."""
    names: list[str] = []
    here, key = node.document.root, ""
    for depth, part in enumerate(node.pointer):
        before, key, here = key, str(part), here.raw_child(part)
        if before == "parameters" and isinstance(part, int):
            names.append(str(here.resolved().value.get("name", part)))
        elif node.pointer[0] == "components" and depth == 2:  # noqa: PLR2004 - components, their kind, the name
            names.append(key)
        elif node.pointer[0] == "paths" and depth == 2 and key in METHODS:  # noqa: PLR2004 - paths, the path, the method
            names[-1] = f"{key.upper()} {names[-1]}"
        elif before in NAMED:
            names.append(key)
            key = ""
        elif isinstance(part, int) or key == "items":
            names[-1:] = [f"{names[-1] if names else ''}[{'' if key == 'items' else key}]"]
        elif key not in SILENT and depth > 1:
            names.append(key)
    return ".".join(names) or node.document.name


@dataclass(frozen=True, slots=True)
class Shape:
    """The schemas that apply at one place; `structured` headers have a grammar of their own (RFC 9110)."""

    roots: tuple[Node, ...]
    facets: tuple[Node, ...]
    direction: Direction
    narrowing: bool = False
    structured: bool = False

    @classmethod
    def of(cls, roots: tuple[Node, ...], direction: Direction, *, narrowing: bool = False, structured: bool = False) -> Shape:
        """The shape of schemas that apply together."""
        return cls(roots, tuple(included(*roots, order="nearest first")), direction, narrowing, structured)

    def all(self, keyword: str) -> tuple[Node, ...]:
        """Every place where this keyword is written, the nearest first."""
        return tuple(f.raw_child(keyword) for f in self.facets if isinstance(f.value, dict) and keyword in f.value)

    def get(self, keyword: str) -> Any:  # noqa: ANN401 - any JSON value
        """The keyword's value at the nearest place, or None."""
        nodes = self.all(keyword)
        return nodes[0].value if nodes else None

    def has(self, *keywords: str) -> bool:
        """Whether any of these keywords is written."""
        return any(self.all(keyword) for keyword in keywords)

    def always_has(self, *keywords: str) -> bool:
        """Whether one of these keywords is written, whichever alternative applies."""
        return self.has(*keywords) or all(case.has(*keywords) for case in self.cases())

    @property
    def types(self) -> frozenset[str]:
        """The JSON types that it admits; empty if it has no `type`."""
        return frozenset(declared_types(facet for facet in self.facets if isinstance(facet.value, dict)) or ())

    @property
    def closed(self) -> bool:
        """Whether its values are enumerated."""
        return self.has("enum", "const")

    @property
    def node(self) -> Node:
        """Where it is written: the schema with the type, else the first that is not a reference."""
        said = self.all("type")
        if said:
            return next(facet for facet in self.facets if facet.pointer == said[0].pointer[:-1])
        return next((facet for facet in self.facets if facet.reference is None), self.facets[-1])

    @property
    def properties(self) -> dict[str, Shape]:
        """The named members, each with all schemas that describe it."""
        described = properties(*(facet for facet in self.facets if isinstance(facet.value, dict)))
        return {name: self._child(*nodes) for name, nodes in described.items()}

    @property
    def alternatives(self) -> Iterator[Shape]:
        """The branches of `anyOf` and `oneOf`."""
        for said in (*self.all("anyOf"), *self.all("oneOf")):
            for index in range(len(said.value)):
                branch = self._child(said.raw_child(index))
                own = bool(branch.types) or branch.closed or branch.has("anyOf", "oneOf")
                typed = bool(self.types) or self.closed
                yield self._child(said.raw_child(index), narrowing=typed and not own)

    def cases(self, seen: frozenset[Pointer] = frozenset()) -> Iterator[Shape]:
        """The shape combined with each of its alternatives; itself if it has none. `seen` ends recursion."""
        branches = [branch for branch in self.alternatives if branch.roots[0].pointer not in seen]
        seen |= {branch.roots[0].pointer for branch in branches}
        for case in (case for branch in branches for case in branch.cases(seen)):
            yield Shape.of((*self.roots, *case.roots), self.direction)
        if not branches:
            yield self

    @property
    def items(self) -> Shape | None:
        """The shape of the items of an array, if they are described."""
        said = self.all("items")
        return self._child(*said) if said else None

    @property
    def children(self) -> Iterator[Shape]:
        """Everything described inside: members, elements, alternatives, conditions."""
        yield from self.properties.values()
        yield from self.alternatives
        if self.items is not None:
            yield self.items
        for said in self.all("prefixItems"):
            yield from (self._child(said.raw_child(index)) for index in range(len(said.value)))
        for keyword in ("patternProperties", "dependentSchemas"):
            for said in self.all(keyword):
                narrowing = keyword == "dependentSchemas"
                yield from (self._child(said.raw_child(name), narrowing=narrowing) for name in said.value)
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            yield from (self._child(said) for said in self.all(keyword) if isinstance(said.value, dict))
        for keyword in NARROWING:
            yield from (self._child(said, narrowing=True) for said in self.all(keyword))

    def _child(self, *roots: Node, narrowing: bool = False) -> Shape:
        narrows = narrowing or (self.narrowing and not any("type" in r.value for r in roots if isinstance(r.value, dict)))
        return Shape.of(roots, self.direction, narrowing=narrows, structured=self.structured)


def walk(shape: Shape, seen: set[tuple[Direction, bool, bool, frozenset[Pointer]]]) -> Iterator[Shape]:
    """The shape and everything inside it, each once; `seen` is kept across calls."""
    waiting = [shape]
    while waiting:
        here = waiting.pop()
        key = (here.direction, here.narrowing, here.structured, frozenset(facet.pointer for facet in here.facets))
        if key not in seen:
            seen.add(key)
            yield here
            waiting.extend(here.children)


def written(mapping: Node | None) -> Iterator[tuple[str, Node]]:
    """The members of a mapping as they are written, or nothing."""
    return mapping.written() if mapping is not None else iter(())


def components(document: Document, kind: str) -> Iterator[Node]:
    """The reusable parts of one kind, as written."""
    parts = document.root.get("components")
    found = parts.get(kind) if parts else None
    if found is not None:
        yield from (node for _, node in found.named())
