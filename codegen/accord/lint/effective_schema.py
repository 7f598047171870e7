"""A schema as it is used: what it includes by `$ref` and `allOf`, together."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from accord.document.document import Node
from accord.document.pointer import Pointer
from accord.jsonschema.read_write_only import Direction
from accord.jsonschema.schema import DEEPEST, MOST_COMBINATIONS, included, properties, subschemas
from accord.jsonschema.types import declared_types

# Keywords whose subschemas only narrow another schema, so they need no type or bounds of their own.
NARROWING = ("dependentSchemas", "not", "if", "then", "else", "contains", "propertyNames")

Key = tuple[Direction, bool, bool, frozenset[Pointer]]


@dataclass(frozen=True)
class EffectiveSchema:
    """The schemas that apply at one place; `structured` headers have a syntax of their own (RFC 9110)."""

    roots: tuple[Node, ...]
    """The schemas that are written there."""
    included: tuple[Node, ...]
    """The same with those that they include, the nearest first."""
    direction: Direction
    narrowing: bool = False
    structured: bool = False

    @classmethod
    def of(
        cls, *roots: Node, direction: Direction = "response", narrowing: bool = False, structured: bool = False
    ) -> EffectiveSchema:
        """Schemas that apply together."""
        return cls(roots, tuple(included(*roots, order="nearest first")), direction, narrowing, structured)

    @cached_property
    def objects(self) -> tuple[Node, ...]:
        """The included schemas without booleans."""
        return tuple(schema for schema in self.included if isinstance(schema.value, dict))

    def all(self, keyword: str) -> tuple[Node, ...]:
        """Every place where this keyword is written, the nearest first."""
        return tuple(schema.raw_child(keyword) for schema in self.objects if keyword in schema.value)

    def get(self, keyword: str) -> Any:  # noqa: ANN401 - any JSON value
        """The keyword's value at the nearest place, or None."""
        return next((schema.value[keyword] for schema in self.objects if keyword in schema.value), None)

    def has(self, *keywords: str) -> bool:
        """Whether any of these keywords is written."""
        return any(keyword in schema.value for schema in self.objects for keyword in keywords)

    def always_has(self, *keywords: str) -> bool:
        """Whether one of these keywords is written, whichever alternative applies."""
        return self.has(*keywords) or all(case.has(*keywords) for case in self.cases)

    @cached_property
    def types(self) -> frozenset[str]:
        """The JSON types that it admits; empty if it has no `type`."""
        return frozenset(declared_types(self.objects) or ())

    @property
    def enumerated(self) -> bool:
        """Whether its values are listed."""
        return self.has("enum", "const")

    @property
    def shaped(self) -> bool:
        """Whether it restricts the type: by `type`, by its values, or by alternatives."""
        return bool(self.types) or self.has("enum", "const", "anyOf", "oneOf")

    @property
    def node(self) -> Node:
        """Where it is written: the schema with the type, else the first that is not a reference."""
        typed = next((schema for schema in self.objects if "type" in schema.value), None)
        return typed or next((schema for schema in self.included if schema.reference is None), self.included[-1])

    @cached_property
    def properties(self) -> dict[str, EffectiveSchema]:
        """The named properties, each with all schemas that describe it."""
        return {name: self._child(*nodes) for name, nodes in properties(*self.objects).items()}

    @cached_property
    def alternatives(self) -> tuple[EffectiveSchema, ...]:
        """The branches of `anyOf` and `oneOf`."""
        typed = bool(self.types) or self.enumerated
        branches = (*self._children("anyOf"), *self._children("oneOf"))
        return tuple(replace(one, narrowing=True) if typed and not one.shaped else one for one in branches)

    @cached_property
    def cases(self) -> tuple[EffectiveSchema, ...]:
        """The schema combined with each of its alternatives, up to `MOST_COMBINATIONS`; itself if it has none."""
        if not self.alternatives:
            return (self,)
        combined = itertools.islice(self._combined(frozenset()), MOST_COMBINATIONS)
        return tuple(EffectiveSchema.of(*roots, direction=self.direction) for roots in combined)

    def _combined(self, seen: frozenset[Pointer], depth: int = 0) -> Iterator[tuple[Node, ...]]:
        """The roots of each case; `seen` ends recursion."""
        branches = [one for one in self.alternatives if one.roots[0].pointer not in seen] if depth < DEEPEST else []
        seen |= {branch.roots[0].pointer for branch in branches}
        for branch in branches:
            yield from ((*self.roots, *roots) for roots in branch._combined(seen, depth + 1))  # noqa: SLF001 - of this class
        if not branches:
            yield self.roots

    @cached_property
    def items(self) -> EffectiveSchema | None:
        """The schema of the items of an array, if they are described."""
        nodes = self.all("items")
        return self._child(*nodes) if nodes else None

    @property
    def children(self) -> Iterator[EffectiveSchema]:
        """All subschemas: properties, items, alternatives, conditions."""
        yield from self.properties.values()
        yield from self.alternatives
        if self.items is not None:
            yield self.items
        yield from self._children("prefixItems", "patternProperties")
        unknown = self._children("additionalProperties", "unevaluatedProperties")
        yield from (child for child in unknown if isinstance(child.roots[0].value, dict))
        yield from self._children(*NARROWING, narrowing=True)

    def _children(self, *keywords: str, narrowing: bool = False) -> Iterator[EffectiveSchema]:
        for keyword in keywords:
            for schema in self.objects:
                if keyword in schema.value:
                    yield from (self._child(node, narrowing=narrowing) for node in subschemas(schema, keyword))

    def _child(self, *roots: Node, narrowing: bool = False) -> EffectiveSchema:
        narrows = narrowing or (self.narrowing and not any("type" in r.value for r in roots if isinstance(r.value, dict)))
        return EffectiveSchema.of(*roots, direction=self.direction, narrowing=narrows, structured=self.structured)


def walk(schema: EffectiveSchema, seen: set[Key]) -> Iterator[EffectiveSchema]:
    """The schema and its subschemas, each once; `seen` is kept across calls."""
    waiting = [schema]
    while waiting:
        here = waiting.pop()
        key = (here.direction, here.narrowing, here.structured, frozenset(node.pointer for node in here.included))
        if key not in seen:
            seen.add(key)
            yield here
            waiting.extend(here.children)
