"""All comparators of two schemas, in the order in which their changes are told."""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Change
from accord.diff.model.walk import Pair
from accord.diff.rules import annotations as words
from accord.diff.rules import arrays, conditions, objects, scalars, unions

_PLAIN = (
    scalars.values,
    scalars.bounds,
    scalars.texts,
    objects.properties,
    objects.others,
    objects.dependents,
    arrays.elements,
    arrays.contains,
    conditions.negations,
    conditions.conditions,
)


def compare(pair: Pair) -> Iterator[Change | Pair]:
    """What is different in the two, and the pairs within; in unions each branch is taken with what stands beside it."""
    if pair.old.never or pair.new.never:
        yield from scalars.types(pair)
        return
    if pair.old.unions or pair.new.unions:
        yield from unions.branches(pair)
    else:
        yield from scalars.types(pair)
        for comparator in _PLAIN:
            yield from comparator(pair)
    yield from unions.discriminators(pair)
    yield from words.words(pair)
