"""Schemas of two documents compared keyword by keyword and subschema by subschema, recursive ones included.

Each pair of schemas is compared once. Its own changes and its pairs of subschemas are kept apart: the changes that affect an
operation are those of all pairs that it contains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from accord.diff.findings import BREAKS, Bump, Change, Effect, Location, bump_for
from accord.diff.model.fingerprint import Fingerprints
from accord.diff.model.labels import label
from accord.diff.model.propagation import Propagation
from accord.diff.model.schema import Schema, Schemas
from accord.diff.model.unchanged import Unchanged
from accord.document.document import Document, Node
from accord.jsonschema.read_write_only import Direction

_INVERSE: dict[Effect, Effect] = {"narrower": "wider", "wider": "narrower", "both": "both"}

# Limits of `Walk.is_compatible`, beyond which the answer is no: nested calls, and pairs compared in one call.
_MAX_DEPTH = 3
_MAX_PAIRS = 1000

Comparator = Callable[["Pair"], "Iterator[Change | Pair]"]


class Walk:
    """The comparison of the schemas of two documents; `compare` yields the changes and subschemas of one pair."""

    def __init__(self, old: Document, new: Document, compare: Comparator) -> None:
        self.old, self.new = Schemas(), Schemas()
        self._old_fingerprints, self._new_fingerprints = Fingerprints(self.old), Fingerprints(self.new)
        self._depth = 0
        self._unchanged = Unchanged(old, new)
        self._compare = compare
        self._compared: dict[Pair, tuple[list[Change], list[Pair]]] = {}
        self._propagation = Propagation(self._step)

    def pair(self, old: Node | None, new: Node | None, direction: Direction, location: Location) -> Pair:
        """Two schemas as they are written; None accepts any value."""
        return Pair(self, self.old.of(old), self.new.of(new), direction, location)

    def changes(self, pair: Pair) -> Iterable[Change]:
        """All changes in the two schemas and their subschemas."""
        return self._propagation.of(pair)

    def similar(self, old: Schema, new: Schema) -> bool:
        """Whether the fingerprints are equal, so that the two should be compared with each other."""
        return self._old_fingerprints.of(old) == self._new_fingerprints.of(new)

    def is_compatible(self, pair: Pair) -> bool:
        """Whether there is no breaking change; False if that would take too long to find out."""
        if self._depth == _MAX_DEPTH:
            return False
        self._depth += 1
        try:
            return self._is_compatible(pair)
        finally:
            self._depth -= 1

    def _is_compatible(self, pair: Pair) -> bool:
        seen, waiting = {pair}, [pair]
        while waiting and len(seen) < _MAX_PAIRS:
            changes, pairs = self._step(waiting.pop())
            if any(change.bump is Bump.MAJOR for change in changes):
                return False
            waiting += [child for child in pairs if child not in seen]
            seen.update(pairs)
        return not waiting

    def _same(self, pair: Pair) -> bool:
        old, new = pair.old, pair.new
        if not old.parts and not new.parts and old.key == new.key == "any":
            return True
        return old.whole and new.whole and self._unchanged(old.origin, new.origin)

    def _step(self, pair: Pair) -> tuple[list[Change], list[Pair]]:
        if pair not in self._compared:
            # A recursive schema meets the same pair again: there it counts as equal, its changes are found out here.
            self._compared[pair] = ([], [])
            changes: list[Change] = []
            pairs: list[Pair] = []
            for found in self._compare(pair) if not self._same(pair) else ():
                if isinstance(found, Pair):
                    pairs.append(found)
                else:
                    changes.append(found)
            self._compared[pair] = (changes, pairs)
        return self._compared[pair]


@dataclass(frozen=True, eq=False)
class Pair:
    """An old and a new schema of the same value; `inverted` where a narrower schema means more valid values, as in `not`."""

    walk: Walk
    old: Schema
    new: Schema
    direction: Direction
    parent: Pair | Location
    inverted: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pair) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> tuple[str, str, Direction, bool]:
        return self.old.key, self.new.key, self.direction, self.inverted

    def child(self, old: Schema, new: Schema, *, invert: bool = False) -> Pair:
        """A pair of subschemas."""
        return Pair(self.walk, old, new, self.direction, self, self.inverted != invert)

    def child_at(self, old: list[Node], new: list[Node], *, invert: bool = False) -> Pair:
        """A pair of subschemas as they are written; each is the intersection of its nodes."""
        return self.child(self.walk.old.all_of(old), self.walk.new.all_of(new), invert=invert)

    def both_accept(self, *types: str) -> bool:
        """Whether both accept values of one of these types without listing them, so that a keyword for them matters."""
        return self.old.values is None and self.new.values is None and not (self.old.types & self.new.types).isdisjoint(types)

    def location(self, *keywords: str) -> Location:
        """Where one of the keywords is written, in the new document or else in the old one; else where the schema is."""
        sides = ((self.new, False), (self.old, True))
        using = [side for side in sides if any(side[0].nodes(keyword) for keyword in keywords)]
        for schema, old in (*using, *sides):
            if (node := schema.place(*keywords)) is not None:
                return Location.of(node, old=old)
        return self.parent.location() if isinstance(self.parent, Pair) else self.parent

    def location_of(self, schema: Schema, *keywords: str, old: bool = False) -> Location:
        """Where one of the keywords of a subschema is written, else where the subschema is; else the location of the pair."""
        node = schema.place(*keywords)
        return Location.of(node, old=old) if node is not None else self.location()

    def change(self, effect: Effect, what: str, location: Location) -> Change:
        """A change of the set of valid values."""
        return self.change_of(bump_for(_INVERSE[effect] if self.inverted else effect, self.direction), what, location)

    def change_of(self, bump: Bump, what: str, location: Location, breaks: str = "") -> Change:
        """A change whose bump does not follow from the set of valid values."""
        name = label(location.node)
        return Change(bump, location, f"{name}: {what}" if name else what, breaks or BREAKS[self.direction], self.direction)
