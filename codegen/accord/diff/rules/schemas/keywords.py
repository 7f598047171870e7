"""The comparison of two schemas: all comparators, in the order of their findings."""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Change
from accord.diff.model.walk import Pair
from accord.diff.rules.annotations import schema_annotations
from accord.diff.rules.schemas import arrays, conditions, objects, scalars, unions

_COMPARATORS = (
    scalars.values,
    scalars.bounds,
    scalars.strings_and_steps,
    objects.properties,
    objects.additional_properties,
    objects.dependencies,
    arrays.items,
    arrays.contains,
    conditions.negations,
    conditions.conditions,
)


def compare(pair: Pair) -> Iterator[Change | Pair]:
    """The changes of two schemas and their pairs of subschemas; each branch of a union includes the keywords beside it."""
    if pair.old.never or pair.new.never:
        yield from scalars.types(pair)
        return
    if pair.old.unions or pair.new.unions:
        yield from unions.branches(pair)
    else:
        yield from scalars.types(pair)
        for comparator in _COMPARATORS:
            yield from comparator(pair)
    yield from unions.discriminators(pair)
    yield from schema_annotations(pair)
