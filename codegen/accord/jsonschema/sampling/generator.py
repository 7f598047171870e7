"""Candidates for what schemas ask, judged one after another until some are accepted."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from accord.document.document import Node
from accord.document.pointer import Pointer
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.read_write_only import HIDDEN, Direction
from accord.jsonschema.sampling.constraints import Demand, Flat, flats, opened, written
from accord.jsonschema.schema import enumerated, is_marked
from accord.jsonschema.validator import validator

_TRIES = 400  # candidates without an accepted one between them
_ALTERNATIVES = 200  # choices of branches
_DEEPEST = 12  # optional members and items are left out below
_STEPS = 40_000  # candidates of one value, with those of its parts

_HINTS = (
    ("object", ("properties", "required", "patternProperties", "additionalProperties", "minProperties", "propertyNames")),
    ("array", ("items", "prefixItems", "contains", "minItems", "uniqueItems")),
    ("integer", ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")),
    ("string", ("pattern", "format", "minLength", "maxLength")),
)


class Budget(Exception):
    """Too many candidates."""


class Judges:
    """The compiled judges of single schemas of a document in one direction, each made once."""

    def __init__(self, direction: Direction) -> None:
        self.direction = direction
        self._known: dict[Pointer, Callable[[Any], bool]] = {}

    def fits(self, demand: Demand, value: Any) -> bool:  # noqa: ANN401 - any JSON value
        """Whether the value is valid under every schema that stands in the document."""
        return all(self._of(node)(value) for node in demand if written(node))

    def _of(self, node: Node) -> Callable[[Any], bool]:
        if node.pointer not in self._known:
            self._known[node.pointer] = validator(node.document, node, self.direction).is_valid
        return self._known[node.pointer]


Writers = dict[str, Callable[[Flat, "Maker"], Iterator[Any]]]


class Maker:
    """Makes the values of one place; what it makes inside is made by another one that knows what is open."""

    def __init__(
        self,
        judges: Judges,
        writers: Writers,
        depth: int,
        steps: list[int] | None = None,
        open_: Counter[Pointer] | None = None,
    ) -> None:
        self.judges, self.writers, self.depth = judges, writers, depth
        self.steps = [_STEPS] if steps is None else steps
        self.open = Counter[Pointer]() if open_ is None else open_

    def hides(self, properties: Iterable[Node]) -> bool:
        """Whether a member does not exist in this direction."""
        return is_marked(HIDDEN[self.judges.direction], *properties)

    def values(self, demand: Demand) -> Iterator[Any]:
        """Distinct accepted values, the preferred ones first; none if nothing is found."""
        seen: set[str] = set()
        misses = 0
        for candidate in _diagonal(self._candidates(flat) for flat in self._flats(demand)):
            self.steps[0] -= 1
            if self.steps[0] < 0:
                raise Budget
            key = canonical_json(candidate)
            if key in seen or not self.judges.fits(demand, candidate):
                misses += 1
                if misses > _TRIES:
                    return
                continue
            seen.add(key)
            misses = 0
            yield candidate

    def _flats(self, demand: Demand) -> Iterator[Flat]:
        return itertools.islice(flats(demand, self.open, self.depth), _ALTERNATIVES)

    def _candidates(self, flat: Flat) -> Iterator[Any]:
        """What the schemas list or show, then what is built of each type."""
        if (listed := enumerated(flat.nodes)) is not None:
            yield from listed
            return
        for keyword in ("example", "examples", "default"):
            for shown in flat.having(keyword):
                yield from shown if keyword == "examples" and isinstance(shown, list) else [shown]
        inside = Maker(self.judges, self.writers, self.depth, self.steps, opened(self.open, flat))
        yield from _diagonal(self.writers[kind](flat, inside) for kind in _likely(flat))


def _likely(flat: Flat) -> list[str]:
    """The types that are left, those first that the other keywords speak of."""
    if any(flat.having("type")):
        return list(flat.types)
    hinted = [kind for kind, keywords in _HINTS if any(any(True for _ in flat.having(word)) for word in keywords)]
    return list(dict.fromkeys(kind for kind in [*hinted, "string", *flat.types] if kind in flat.types))


def _diagonal(sources: Iterable[Iterator[Any]]) -> Iterator[Any]:
    """One of the first source, one of the first and the second, and so on: none has to end for the next to begin."""
    waiting, running = iter(sources), list[Iterator[Any]]()
    end = object()
    while True:
        if (source := next(waiting, None)) is not None:
            running.append(source)
        if not running:
            return
        for source in tuple(running):
            if (value := next(source, end)) is end:
                running.remove(source)
            else:
                yield value
