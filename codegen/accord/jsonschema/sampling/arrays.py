"""Sample arrays: items by `prefixItems` and `items`, with those that `contains` requires, distinct if required."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accord.document.document import Node
from accord.document.pointer import Pointer
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.sampling.constraints import Conjunction, Constraints
from accord.jsonschema.sampling.generator import Generator, Lazy
from accord.jsonschema.schema import item_schemas, subschemas

_MOST_ITEMS = 2000
_FEW = 100


class _Places:
    """The constraints on the items of one array."""

    def __init__(self, conjunction: Conjunction, generator: Generator) -> None:
        self.conjunction, self.generator = conjunction, generator
        self.prefix: int = max((len(schemas) for schemas in conjunction.having("prefixItems")), default=0)
        self.unique = any(conjunction.having("uniqueItems"))
        self.contains: list[Node] = [
            node.raw_child("contains")
            for node in conjunction.nodes
            if "contains" in node.value
            for _ in range(min(_MOST_ITEMS, node.value.get("minContains", 1)))
        ]
        self.known: dict[tuple[int, Pointer | None], Lazy[Any]] = {}

    def constraints(self, place: int) -> Constraints:
        found = [schema for node in self.conjunction.nodes for schema in item_schemas(node, place)]
        return tuple(found or [schema for node in self.conjunction.nodes for schema in subschemas(node, "unevaluatedItems")])

    def values(self, place: int, contained: Node | None) -> Lazy[Any]:
        """The values of an item; items behind the prefix are alike."""
        key = (min(place, self.prefix), contained.pointer if contained else None)
        if key not in self.known:
            constraints = self.constraints(place)
            self.known[key] = Lazy(self.generator.values(constraints if contained is None else (contained, *constraints)))
        return self.known[key]

    def filled(self, count: int, contains_from: int, turn: int) -> list[Any] | None:
        """An array of `count` items, with those that must be contained from `contains_from` on; None if one has no value."""
        found: list[Any] = []
        used: set[str] = set()
        for place in range(count):
            contained = self.contains[place - contains_from] if 0 <= place - contains_from < len(self.contains) else None
            values = self.values(place, contained)
            if not values.has(0):
                return None
            value = values.cycled(turn)
            if self.unique:
                if canonical_json(value) in used and not (fresh := self._fresh(values, used)):
                    return None
                value = fresh[0] if canonical_json(value) in used else value
                used.add(canonical_json(value))
            found.append(value)
        return found

    @staticmethod
    def _fresh(values: Lazy[Any], used: set[str]) -> list[Any]:
        """The first value that is not used yet, in a list; empty if there is none."""
        index = 0
        while values.has(index):
            if canonical_json(values.get(index)) not in used:
                return [values.get(index)]
            index += 1
        return []


def arrays(conjunction: Conjunction, generator: Generator) -> Iterator[list[Any]]:
    """Candidates, which the generator validates."""
    places = _Places(conjunction, generator)
    least = max(conjunction.largest("minItems", 0), len(places.contains))
    most = conjunction.smallest("maxItems", _MOST_ITEMS)
    usual = max(least, min(most, max(1, places.prefix)))
    behind = places.prefix + len(places.contains)
    lengths = [usual, behind, least, *range(usual + 1, usual + 4), *range(least), most if most <= _FEW else usual]
    counts = [count for count in dict.fromkeys(lengths) if least <= count <= most]
    for turn in range(_FEW):
        seen: set[str] = set()
        for count in counts if turn < 3 else counts[:1]:  # noqa: PLR2004 - lengths vary in the first turns
            for start in dict.fromkeys((0, max(0, count - len(places.contains)))):
                length = count  # a shorter one, where a place cannot be filled
                while (found := places.filled(length, start, turn)) is None and length > least:
                    length -= 1
                if found is not None and canonical_json(found) not in seen:
                    seen.add(canonical_json(found))
                    yield found
