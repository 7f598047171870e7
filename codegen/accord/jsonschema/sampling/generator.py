"""Generates candidates for a conjunction of schemas and yields those that are valid."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Generic, TypeVar

from accord.document.document import Node
from accord.document.pointer import Pointer
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.read_write_only import HIDDEN, Direction
from accord.jsonschema.sampling.constraints import Conjunction, Constraints, conjunctions, is_written, opened
from accord.jsonschema.schema import enumerated, is_marked
from accord.jsonschema.validator import validator

T = TypeVar("T")

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


class BudgetExceeded(Exception):
    """The limit of candidates is exceeded."""


class Validators:
    """The compiled schemas of a document in one direction, each compiled once."""

    def __init__(self, direction: Direction) -> None:
        self.direction = direction
        self._known: dict[Pointer, Callable[[Any], bool]] = {}

    def accepts(self, constraints: Constraints, value: Any) -> bool:  # noqa: ANN401 - any JSON value
        """Whether the value is valid under every schema that is part of the document."""
        return all(self._of(node)(value) for node in constraints if is_written(node))

    def _of(self, node: Node) -> Callable[[Any], bool]:
        if node.pointer not in self._known:
            self._known[node.pointer] = validator(node, self.direction).is_valid
        return self._known[node.pointer]


Generators = dict[str, Callable[[Conjunction, "Generator"], Iterator[Any]]]


class Generator:
    """Generates the values of one place; nested values come from a generator that knows the schemas around it."""

    def __init__(
        self,
        validators: Validators,
        generators: Generators,
        depth: int,
        steps: list[int] | None = None,
        open_: Counter[Pointer] | None = None,
    ) -> None:
        self.validators, self.generators, self.depth = validators, generators, depth
        self.steps = [_STEPS] if steps is None else steps
        self.open = Counter[Pointer]() if open_ is None else open_

    def hides(self, properties: Iterable[Node]) -> bool:
        """Whether a member does not exist in this direction."""
        return is_marked(HIDDEN[self.validators.direction], *properties)

    def values(self, constraints: Constraints) -> Iterator[Any]:
        """Distinct valid values, the preferred ones first."""
        seen: set[str] = set()
        misses = 0
        for candidate in _diagonal(self._candidates(conjunction) for conjunction in self._conjunctions(constraints)):
            self.steps[0] -= 1
            if self.steps[0] < 0:
                raise BudgetExceeded
            key = canonical_json(candidate)
            if key in seen or not self.validators.accepts(constraints, candidate):
                misses += 1
                if misses > _TRIES:
                    return
                continue
            seen.add(key)
            misses = 0
            yield candidate

    def _conjunctions(self, constraints: Constraints) -> Iterator[Conjunction]:
        return itertools.islice(conjunctions(constraints, self.open, self.depth), _ALTERNATIVES)

    def _candidates(self, conjunction: Conjunction) -> Iterator[Any]:
        """The values that the schemas list, else their examples and defaults, then generated ones of each type."""
        if (listed := enumerated(conjunction.nodes)) is not None:
            yield from listed
            return
        for keyword in ("example", "examples", "default"):
            for shown in conjunction.having(keyword):
                yield from shown if keyword == "examples" and isinstance(shown, list) else [shown]
        inside = Generator(self.validators, self.generators, self.depth, self.steps, opened(self.open, conjunction))
        yield from _diagonal(self.generators[kind](conjunction, inside) for kind in _likely(conjunction))


def _likely(conjunction: Conjunction) -> list[str]:
    """The admitted types, those first that the other keywords apply to."""
    if any(conjunction.having("type")):
        return list(conjunction.types)
    hinted = [kind for kind, keywords in _HINTS if any(any(True for _ in conjunction.having(word)) for word in keywords)]
    return list(dict.fromkeys(kind for kind in [*hinted, "string", *conjunction.types] if kind in conjunction.types))


def _diagonal(sources: Iterable[Iterator[Any]]) -> Iterator[Any]:
    """Values of all sources in turn, starting one source after the other, so that an endless one does not block the rest."""
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


class Lazy(Generic[T]):
    """The values of an iterator, each computed once."""

    def __init__(self, source: Iterator[T]) -> None:
        self._source, self._made = source, list[T]()

    def has(self, index: int) -> bool:
        """Whether there are more than `index` values."""
        while len(self._made) <= index:
            try:
                self._made.append(next(self._source))
            except StopIteration:
                return False
        return True

    def get(self, index: int) -> T:
        """A value whose index `has` confirmed."""
        return self._made[index]

    def cycled(self, index: int) -> T:
        """The value at an index, starting over at the end; there must be at least one."""
        return self._made[index] if self.has(index) else self._made[index % len(self._made)]
