"""Two schemas compared, keyword by keyword and schema by schema, however often they contain themselves.

A pair of schemas is looked at once. Its own changes and the pairs below it are kept apart, so the changes that reach an
operation are those of all pairs that can be reached from it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from accord.diff.findings import BREAKS, Change, Direction, Effect, Place, Rating, rated
from accord.diff.model.fingerprint import Fingerprints
from accord.diff.model.labels import subject
from accord.diff.model.propagation import Reach
from accord.diff.model.schema import Schema, Schemas
from accord.diff.model.unchanged import Unchanged
from accord.document.document import Document, Node

_FLIPPED: dict[Effect, Effect] = {"narrower": "wider", "wider": "narrower", "both": "both"}

# Whether one branch covers another: how often the question may come up within itself, and how many pairs it may look at.
_DEEPEST = 3
_WIDEST = 1000

Comparator = Callable[["Pair"], "Iterator[Change | Pair]"]


class Walk:
    """The comparison of the schemas of two documents; `compare` says what is different in one pair."""

    def __init__(self, old: Document, new: Document, compare: Comparator) -> None:
        self.old, self.new = Schemas(), Schemas()
        self._old_prints, self._new_prints = Fingerprints(self.old), Fingerprints(self.new)
        self._probing = 0
        self._unchanged = Unchanged(old, new)
        self._compare = compare
        self._steps: dict[Pair, tuple[list[Change], list[Pair]]] = {}
        self._reach = Reach(self._step)

    def pair(self, old: Node | None, new: Node | None, direction: Direction, at: Place) -> Pair:
        """Two schemas as they are written; None allows anything."""
        return Pair(self, self.old.of(old), self.new.of(new), direction, at)

    def changes(self, pair: Pair) -> Iterable[Change]:
        """All that is different in the two schemas and in what they contain."""
        return self._reach.of(pair)

    def look_alike(self, old: Schema, new: Schema) -> bool:
        """Whether they say the same, down to some depth: enough to take them for partners."""
        return self._old_prints.of(old) == self._new_prints.of(new)

    def harmless(self, pair: Pair) -> bool:
        """Whether nothing that breaks is different; no, where that would take too long to find out."""
        if self._probing == _DEEPEST:
            return False
        self._probing += 1
        seen, waiting = {pair}, [pair]
        while waiting and len(seen) < _WIDEST:
            changes, pairs = self._step(waiting.pop())
            if any(change.rating is Rating.MAJOR for change in changes):
                break
            waiting += [inner for inner in pairs if inner not in seen]
            seen.update(pairs)
        else:
            self._probing -= 1
            return not waiting
        self._probing -= 1
        return False

    def _same(self, pair: Pair) -> bool:
        old, new = pair.old, pair.new
        if not old.parts and not new.parts and old.key == new.key == "any":
            return True
        return old.whole and new.whole and self._unchanged(old.origin, new.origin)

    def _step(self, pair: Pair) -> tuple[list[Change], list[Pair]]:
        if pair not in self._steps:
            # While a pair is being looked at, it is taken to be equal: what differs in it is found by the outer look.
            self._steps[pair] = ([], [])
            changes: list[Change] = []
            pairs: list[Pair] = []
            for found in self._compare(pair) if not self._same(pair) else ():
                if isinstance(found, Pair):
                    pairs.append(found)
                else:
                    changes.append(found)
            self._steps[pair] = (changes, pairs)
        return self._steps[pair]


@dataclass(frozen=True, eq=False)
class Pair:
    """An old and a new schema for one place of messages; `flipped` below a `not`."""

    walk: Walk
    old: Schema
    new: Schema
    direction: Direction
    above: Pair | Place
    flipped: bool = False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pair) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def at(self) -> Place:
        """Where to point when neither schema is written anywhere."""
        return self.above.place() if isinstance(self.above, Pair) else self.above

    @property
    def _key(self) -> tuple[str, str, Direction, bool]:
        return self.old.key, self.new.key, self.direction, self.flipped

    def inner(self, old: Schema, new: Schema, *, flip: bool = False) -> Pair:
        """A pair of schemas within."""
        return Pair(self.walk, old, new, self.direction, self, self.flipped != flip)

    def place(self, *keywords: str, removed: bool = False) -> Place:
        """Where one of the keywords stands: in the new document if it does, else in the old one."""
        if not removed and any(self.new.nodes(keyword) for keyword in keywords):
            return Place.of(self.new.place(*keywords) or self.at.node)
        if any(self.old.nodes(keyword) for keyword in keywords):
            return Place.of(self.old.place(*keywords) or self.at.node, old=True)
        if (node := self.new.place()) is not None:
            return Place.of(node)
        return Place.of(node, old=True) if (node := self.old.place()) is not None else self.at

    def change(self, effect: Effect, what: str, place: Place) -> Change:
        """A change of what is allowed."""
        rating = rated(_FLIPPED[effect] if self.flipped else effect, self.direction)
        return self.rated(rating, what, place)

    def rated(self, rating: Rating, what: str, place: Place, breaks: str = "") -> Change:
        """A change whose rating does not follow from what is allowed."""
        breaks = breaks or (BREAKS[self.direction] if rating is Rating.MAJOR else "")
        return Change(rating, place, f"{name}: {what}" if (name := subject(place.node)) else what, breaks, self.direction)
