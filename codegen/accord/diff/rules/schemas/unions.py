"""`anyOf`, `oneOf` and `discriminator`: branches are matched by meaning, not by position."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

from accord.diff.findings import Bump, Change, Effect, Location
from accord.diff.model.overlap import contradict, overlap, tags
from accord.diff.model.schema import Schema, Schemas, Union, alternatives, type_names
from accord.diff.model.walk import Pair
from accord.document.document import Node
from accord.jsonschema.discriminator import mapped_schemas, selecting_tags
from accord.jsonschema.read_write_only import Direction
from accord.jsonschema.schema import ALTERNATIVES, subschemas

Match = tuple[Schema, Schema]

_TYPE_COUNT = 6  # numbers and integers count as one


def branches(pair: Pair) -> Iterator[Change | Pair]:
    """Each old branch compared with its match; one without a match is removed or added, unless another branch covers it."""
    if not (pair.old.unions or pair.new.unions) or pair.old.never or pair.new.never:
        return
    old, new = _alternatives(pair.walk.old, pair.old), _alternatives(pair.walk.new, pair.new)
    matches, removed, added = _matched(pair, old, new)
    yield from (pair.child(*match) for match in matches)
    for branch in removed:
        if not any(_covers(pair, (branch, other), "narrower") for other in new):
            yield pair.change("narrower", f"alternative {_name(branch)} removed", pair.location_of(branch, old=True))
    for branch in added:
        if not any(_covers(pair, (other, branch), "wider") for other in old):
            yield pair.change("wider", f"alternative {_name(branch)} added", pair.location_of(branch))
    if max(len(pair.old.unions), len(pair.new.unions)) == 1:
        union = (*pair.old.unions, *pair.new.unions)[0]
        # A schema without alternatives counts as a union of one.
        sides = [
            side.unions[0] if side.unions else Union(union.kind, union.node, tuple(every))
            for side, every in ((pair.old, old), (pair.new, new))
        ]
        yield from _exactly_one(pair, *sides)


def _alternatives(schemas: Schemas, schema: Schema) -> list[Schema]:
    """The alternatives of a schema; if it has none but several types, one for each type."""
    numbers = frozenset({"integer", "fraction"})
    each = [frozenset({name}) for name in sorted(schema.types - numbers)]
    each += [schema.types & numbers] if schema.types & numbers else []
    if schema.unions or schema.values is not None or len(each) in (1, _TYPE_COUNT):
        return alternatives(schemas, schema)
    return [replace(schema, types=types, whole=False, key=f"{schema.key}:{type_names(types)}") for types in each]


def _exactly_one(pair: Pair, before: Union, after: Union) -> Iterator[Change]:
    """`oneOf` rejects a value that two branches accept: the more its branches overlap, the fewer values are valid."""
    if before.kind != after.kind:
        if any(_overlapping(after, pair.new)):
            effect: Effect = "narrower" if after.kind == "oneOf" else "wider"
            yield pair.change(effect, f"{before.kind} -> {after.kind}", Location.of(after.node))
        return
    if before.kind == "anyOf":
        return
    matches, _, _ = _matched(pair, [*before.branches], [*after.branches])
    partners = {id(old): id(new) for old, new in matches}
    # The overlapping alternatives by the pair of new branches: those of the old union by what its branches match.
    old = [({partners.get(id(one)), partners.get(id(other))}, one, other) for one, other in _overlapping(before, pair.old)]
    new = [({id(one), id(other)}, one, other) for one, other in _overlapping(after, pair.new)]
    for both, one, other in new:
        if not any(both == overlapping for overlapping, *_ in old):
            what = (
                f"alternatives {_name(one)} and {_name(other)} now overlap: a value that matches both no longer matches oneOf"
            )
            yield pair.change("narrower", what, Location.of(one.place() or after.node))
    for matched, one, other in old:
        if not any(matched == overlapping for overlapping, *_ in new):
            what = (
                f"alternatives {_name(one)} and {_name(other)} no longer overlap: a value that matched both now matches oneOf"
            )
            yield pair.change("wider", what, Location.of(one.place() or before.node, old=True))


def _overlapping(union: Union, holder: Schema) -> Iterator[Match]:
    return (two for two in itertools.combinations(union.branches, 2) if overlap(*two, holder.types))


def _matched(pair: Pair, old: list[Schema], new: list[Schema]) -> tuple[list[Match], list[Schema], list[Schema]]:
    """The matches, and the branches without one on either side. Equal names come first, similar properties last."""
    matches: list[Match] = []
    old, new = list(old), list(new)
    criteria: tuple[Callable[[Schema, Schema], bool], ...] = (
        lambda one, other: bool(one.names & other.names) and pair.walk.similar(one, other),
        pair.walk.similar,
        lambda one, other: bool(one.names & other.names),
        lambda one, other: bool(tags(one)) and tags(one) == tags(other),
        lambda one, other: _similarity(one, other) > 0.5,  # noqa: PLR2004 - more properties in common than not
    )
    for matches_other in criteria:
        for one in list(old):
            partner = next((other for other in new if matches_other(one, other)), None)
            if partner is not None:
                matches.append((one, partner))
                old.remove(one)
                new.remove(partner)
    if len(old) == len(new) == 1 and not contradict(tags(old[0]), tags(new[0])) and old[0].types & new[0].types:
        matches.append((old.pop(), new.pop()))
    return matches, old, new


def _similarity(one: Schema, other: Schema) -> float:
    """The share of common properties, from 0 to 1."""
    if one.types != other.types or contradict(tags(one), tags(other)):
        return 0
    if one.types != {"object"}:
        return 1
    mine, theirs = _properties(one), _properties(other)
    return len(mine & theirs) / max(1, len(mine | theirs))


def _properties(schema: Schema) -> frozenset[str]:
    return frozenset(name for node in schema.nodes("properties") if isinstance(node.value, dict) for name in node.value)


def _covers(pair: Pair, match: Match, effect: Effect) -> bool:
    """Whether one of the two branches accepts all values of the other: the old one of the new if the change is narrower."""
    direction: Direction = "request" if (effect == "narrower") != pair.inverted else "response"
    probe = Pair(pair.walk, *match, direction, pair, pair.inverted)
    return pair.walk.is_compatible(probe)


def _name(schema: Schema) -> str:
    return next(iter(sorted(schema.names)), "") or type_names(schema.types)


def discriminators(pair: Pair) -> Iterator[Change | Pair]:
    """The property that selects the branch, and its values.

    A discriminator does not change which values are valid (OpenAPI 3.1.1, 4.8.25), so a new one is minor. A value that selects
    another branch, or none, changes the meaning of existing messages.
    """
    before, after = pair.old.nodes("discriminator"), pair.new.nodes("discriminator")
    if not before and not after:
        return
    if not before or not after:
        what = f"discriminator {'added' if after else 'removed'}"
        yield pair.change_of(Bump.MINOR, what, pair.location("discriminator"))
        return
    old, new = before[0], after[0]
    if old.value.get("propertyName") != new.value.get("propertyName"):
        what = f"discriminator {old.value.get('propertyName')!r} -> {new.value.get('propertyName')!r}"
        yield pair.change("both", what, Location.of(new))
        return
    old_mapping, new_mapping = _mapping(pair.walk.old, old), _mapping(pair.walk.new, new)
    for name, (node, schema) in old_mapping.items():
        if name in new_mapping:
            yield pair.child(schema, new_mapping[name][1])
        else:
            yield pair.change("narrower", f"discriminator value {name!r} removed", Location.of(node, old=True))
    for name, (node, _) in new_mapping.items():
        if name not in old_mapping:
            yield pair.change("wider", f"discriminator value {name!r} added", Location.of(node))


def _mapping(schemas: Schemas, node: Node) -> dict[str, tuple[Node, Schema]]:
    """The schema of each value: those of `mapping`, and the branches by their tags."""
    holder = node.document.node(node.pointer[:-1])
    listed = {value: (entry, schemas.of(target)) for value, entry, target in mapped_schemas(node)}
    for branch in subschemas(holder, *ALTERNATIVES):
        for tag in selecting_tags(holder, branch) if branch.reference is not None else ():
            listed.setdefault(tag, (branch, schemas.of(branch)))
    return listed
