"""Arrays: each place filled as `prefixItems` or `items` says, with what they must contain, without repetition if asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accord.document.document import Node
from accord.document.pointer import Pointer
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.sampling.constraints import Demand, Flat
from accord.jsonschema.sampling.generator import Maker
from accord.jsonschema.sampling.lazy import Lazy
from accord.jsonschema.schema import item_schemas, subschemas

_MOST_ITEMS = 2000
_FEW = 100


class _Places:
    """What the schemas say about the places of one array."""

    def __init__(self, flat: Flat, maker: Maker) -> None:
        self.flat, self.maker = flat, maker
        self.prefix: int = max((len(schemas) for schemas in flat.having("prefixItems")), default=0)
        self.unique = any(flat.having("uniqueItems"))
        self.wanted: list[Node] = [
            node.raw_child("contains")
            for node in flat.nodes
            if "contains" in node.value
            for _ in range(min(_MOST_ITEMS, node.value.get("minContains", 1)))
        ]
        self.known: dict[tuple[int, Pointer | None], Lazy[Any]] = {}

    def demand(self, place: int) -> Demand:
        found = [schema for node in self.flat.nodes for schema in item_schemas(node, place)]
        return tuple(found or [schema for node in self.flat.nodes for schema in subschemas(node, "unevaluatedItems")])

    def values(self, place: int, contained: Node | None) -> Lazy[Any]:
        """The values of a place; places behind the prefix are alike."""
        key = (min(place, self.prefix), contained.pointer if contained else None)
        if key not in self.known:
            demand = self.demand(place)
            self.known[key] = Lazy(self.maker.values(demand if contained is None else (contained, *demand)))
        return self.known[key]

    def filled(self, count: int, wanted_from: int, turn: int) -> list[Any] | None:
        """An array of that many items; what must be contained stands from a place on. None if a place cannot be filled."""
        found: list[Any] = []
        used: set[str] = set()
        for place in range(count):
            contained = self.wanted[place - wanted_from] if 0 <= place - wanted_from < len(self.wanted) else None
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
        """The first value that is not used yet, if there is one."""
        index = 0
        while values.has(index):
            if canonical_json(values.get(index)) not in used:
                return [values.get(index)]
            index += 1
        return []


def arrays(flat: Flat, maker: Maker) -> Iterator[list[Any]]:
    """Candidates; the maker judges them."""
    places = _Places(flat, maker)
    least = max(flat.largest("minItems", 0), len(places.wanted))
    most = flat.smallest("maxItems", _MOST_ITEMS)
    usual = max(least, min(most, max(1, places.prefix)))
    behind = places.prefix + len(places.wanted)
    wished = [usual, behind, least, *range(usual + 1, usual + 4), *range(least), most if most <= _FEW else usual]
    counts = [count for count in dict.fromkeys(wished) if least <= count <= most]
    for turn in range(_FEW):
        seen: set[str] = set()
        for count in counts if turn < 3 else counts[:1]:  # noqa: PLR2004 - lengths vary in the first turns
            for start in dict.fromkeys((0, max(0, count - len(places.wanted)))):
                length = count  # a shorter one, where a place cannot be filled
                while (found := places.filled(length, start, turn)) is None and length > least:
                    length -= 1
                if found is not None and canonical_json(found) not in seen:
                    seen.add(canonical_json(found))
                    yield found
