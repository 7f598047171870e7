"""The keywords of arrays."""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Change
from accord.diff.model.schema import Schema, Schemas
from accord.diff.model.walk import Pair
from accord.diff.rules.schemas.scalars import count_bound


def items(pair: Pair) -> Iterator[Change | Pair]:
    """`items`, `prefixItems` and `unevaluatedItems`, index by index."""
    if not pair.both_accept("array"):
        return
    old, new = _items(pair.walk.old, pair.old), _items(pair.walk.new, pair.new)
    for index in range(max(len(old), len(new))):
        yield pair.child(old[min(index, len(old) - 1)], new[min(index, len(new) - 1)])


def _items(schemas: Schemas, schema: Schema) -> list[Schema]:
    """The schema of each index; the last one holds for all that follow."""
    prefixes = [node for node in schema.nodes("prefixItems") if isinstance(node.value, list)]
    rest = schemas.all_of([*schema.nodes("items"), *schema.nodes("unevaluatedItems")])
    longest = max((len(node.value) for node in prefixes), default=0)
    return [
        *(schemas.all_of([node.raw_child(index) for node in prefixes if index < len(node.value)]) for index in range(longest)),
        rest,
    ]


def contains(pair: Pair) -> Iterator[Change | Pair]:
    """`contains` with `minContains` and `maxContains`."""
    if not pair.both_accept("array"):
        return
    old, new = pair.old.nodes("contains"), pair.new.nodes("contains")
    if len(old) != len(new):
        added = len(new) > len(old)
        what = f"contains {'added' if added else 'removed'}"
        yield pair.change("narrower" if added else "wider", what, pair.location("contains"))
    elif old:
        yield pair.child_at(old, new)
        if pair.old.nodes("maxContains") and pair.new.nodes("maxContains"):
            yield pair.child_at(old, new, invert=True)
        yield from count_bound(pair, "minContains", 1)
        yield from count_bound(pair, "maxContains")
