"""The keywords of arrays."""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Change, Effect
from accord.diff.model.schema import Schema, Schemas
from accord.diff.model.walk import Pair


def elements(pair: Pair) -> Iterator[Change | Pair]:
    """`items`, `prefixItems` and `unevaluatedItems`: the schema of each place, and of all places behind them."""
    if not _both_arrays(pair):
        return
    old, new = _elements(pair.walk.old, pair.old), _elements(pair.walk.new, pair.new)
    for index in range(max(len(old), len(new))):
        yield pair.inner(old[min(index, len(old) - 1)], new[min(index, len(new) - 1)])


def _both_arrays(pair: Pair) -> bool:
    return "array" in pair.old.types & pair.new.types and pair.old.values is None and pair.new.values is None


def _elements(schemas: Schemas, schema: Schema) -> list[Schema]:
    """One by one; the last stands for all that follow."""
    prefixes = [node for node in schema.nodes("prefixItems") if isinstance(node.value, list)]
    rest = schemas.all_of([*schema.nodes("items"), *schema.nodes("unevaluatedItems")])
    longest = max((len(node.value) for node in prefixes), default=0)
    return [
        *(schemas.all_of([node.raw_child(index) for node in prefixes if index < len(node.value)]) for index in range(longest)),
        rest,
    ]


def contains(pair: Pair) -> Iterator[Change | Pair]:
    """`contains` with `minContains` and `maxContains`."""
    if not _both_arrays(pair):
        return
    old, new = pair.old.nodes("contains"), pair.new.nodes("contains")
    if len(old) != len(new):
        added = len(new) > len(old)
        yield pair.change(
            "narrower" if added else "wider", f"contains {'added' if added else 'removed'}", pair.place("contains")
        )
    elif old:
        first, second = pair.walk.old.all_of(old), pair.walk.new.all_of(new)
        yield pair.inner(first, second)
        if pair.old.nodes("maxContains") and pair.new.nodes("maxContains"):
            yield pair.inner(first, second, flip=True)
        yield from _counts(pair)


def _counts(pair: Pair) -> Iterator[Change]:
    for keyword, lower, absent in (("minContains", True, 1.0), ("maxContains", False, float("inf"))):
        before, after = (
            (max if lower else min)((node.value for node in schema.nodes(keyword)), default=absent)
            for schema in (pair.old, pair.new)
        )
        if before != after:
            effect: Effect = "narrower" if (after > before) == lower else "wider"
            yield pair.change(effect, f"{keyword} {before:g} -> {after:g}", pair.place(keyword))
