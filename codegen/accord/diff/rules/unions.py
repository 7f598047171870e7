"""`anyOf`, `oneOf` and `discriminator`: branches are matched by meaning, not by place."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace

from accord.diff.findings import Change, Direction, Effect, Place, Rating
from accord.diff.model.overlap import contradict, overlap, tags
from accord.diff.model.schema import Schema, Schemas, Union, alternatives, type_names
from accord.diff.model.walk import Pair
from accord.document.document import Node
from accord.jsonschema.discriminator import mapped_schemas
from accord.jsonschema.schema import ALTERNATIVES, subschemas

Match = tuple[Schema, Schema]

_ALL = 6  # types, numbers taken as one


def branches(pair: Pair) -> Iterator[Change | Pair]:
    """Each old branch against the new one that it became; what is left over is removed or added, unless another covers it."""
    if not (pair.old.unions or pair.new.unions) or pair.old.never or pair.new.never:
        return
    old, new = _alternatives(pair.walk.old, pair.old), _alternatives(pair.walk.new, pair.new)
    matches, lost, gained = _matched(pair, old, new)
    yield from (pair.inner(*match) for match in matches)
    for branch in lost:
        if not any(_covers(pair, (branch, other), "narrower") for other in new):
            place = Place.of(branch.place() or pair.at.node, old=True)
            yield pair.change("narrower", f"alternative {_name(branch)} removed", place)
    for branch in gained:
        if not any(_covers(pair, (other, branch), "wider") for other in old):
            yield pair.change("wider", f"alternative {_name(branch)} added", Place.of(branch.place() or pair.at.node))
    if max(len(pair.old.unions), len(pair.new.unions)) == 1:
        some = (*pair.old.unions, *pair.new.unions)[0]
        # A schema without alternatives is a choice of one.
        sides = [
            side.unions[0] if side.unions else Union(some.kind, some.node, tuple(every))
            for side, every in ((pair.old, old), (pair.new, new))
        ]
        yield from _exactly_one(pair, *sides)


def _alternatives(schemas: Schemas, schema: Schema) -> list[Schema]:
    """Its alternatives; of a schema without any that has a list of types, one for each type."""
    numbers = frozenset({"integer", "fraction"})
    each = [frozenset({name}) for name in sorted(schema.types - numbers)]
    each += [schema.types & numbers] if schema.types & numbers else []
    if schema.unions or schema.values is not None or len(each) in (1, _ALL):
        return alternatives(schemas, schema)
    return [replace(schema, types=types, whole=False, key=f"{schema.key}:{type_names(types)}") for types in each]


def _exactly_one(pair: Pair, before: Union, after: Union) -> Iterator[Change]:
    """`oneOf` refuses what two of its branches hold: it allows less than `anyOf`, and less the more its branches overlap."""
    if before.kind != after.kind:
        if any(_overlapping(after, pair.new)):
            effect: Effect = "narrower" if after.kind == "oneOf" else "wider"
            yield pair.change(effect, f"{before.kind} -> {after.kind}", Place.of(after.node))
        return
    if before.kind == "anyOf":
        return
    matches, _, _ = _matched(pair, [*before.branches], [*after.branches])
    partners = {id(old): new for old, new in matches}
    kept = {(id(partners.get(id(one))), id(partners.get(id(other)))) for one, other in _overlapping(before, pair.old)}
    for one, other in _overlapping(after, pair.new):
        if not {(id(one), id(other)), (id(other), id(one))} & kept:
            what = f"alternatives {_name(one)} and {_name(other)} overlap now: what fits both fits oneOf no longer"
            yield pair.change("narrower", what, Place.of(one.place() or after.node))
    left = {(id(one), id(other)) for one, other in _overlapping(after, pair.new)}
    for one, other in _overlapping(before, pair.old):
        new = (id(partners.get(id(one))), id(partners.get(id(other))))
        if not {new, new[::-1]} & left:
            what = f"alternatives {_name(one)} and {_name(other)} overlap no longer: what fitted both fits oneOf now"
            yield pair.change("wider", what, Place.of(one.place() or before.node, old=True))


def _overlapping(union: Union, holder: Schema) -> Iterator[Match]:
    return (two for two in itertools.combinations(union.branches, 2) if overlap(*two, holder.types))


def _matched(pair: Pair, old: list[Schema], new: list[Schema]) -> tuple[list[Match], list[Schema], list[Schema]]:
    """The pairs, and what has no partner on either side: first those that are called the same, last those that are alike."""
    matches: list[Match] = []
    old, new = list(old), list(new)
    steps: tuple[Callable[[Schema, Schema], bool], ...] = (
        lambda one, other: bool(one.names & other.names) and pair.walk.look_alike(one, other),
        pair.walk.look_alike,
        lambda one, other: bool(one.names & other.names),
        lambda one, other: bool(tags(one)) and tags(one) == tags(other),
        lambda one, other: _alike(one, other) > 0.5,  # noqa: PLR2004 - more in common than not
    )
    for fits in steps:
        for one in list(old):
            partner = next((other for other in new if fits(one, other)), None)
            if partner is not None:
                matches.append((one, partner))
                old.remove(one)
                new.remove(partner)
    if len(old) == len(new) == 1 and not contradict(tags(old[0]), tags(new[0])) and old[0].types & new[0].types:
        matches.append((old.pop(), new.pop()))
    return matches, old, new


def _alike(one: Schema, other: Schema) -> float:
    if one.types != other.types or contradict(tags(one), tags(other)):
        return 0
    if one.types != {"object"}:
        return 1
    mine, yours = _properties(one), _properties(other)
    return len(mine & yours) / max(1, len(mine | yours))


def _properties(schema: Schema) -> frozenset[str]:
    return frozenset(name for node in schema.nodes("properties") if isinstance(node.value, dict) for name in node.value)


def _covers(pair: Pair, match: Match, effect: Effect) -> bool:
    """Whether a branch has a partner on the other side that leaves nothing to tell in this direction of change."""
    direction: Direction = "request" if (effect == "narrower") != pair.flipped else "response"
    probe = Pair(pair.walk, *match, direction, pair, pair.flipped)
    return pair.walk.harmless(probe)


def _name(schema: Schema) -> str:
    return next(iter(sorted(schema.names)), "") or type_names(schema.types)


def discriminators(pair: Pair) -> Iterator[Change | Pair]:
    """The member that names the branch, and the names. Without `mapping` they are the names of the schemas, so those count.

    A discriminator allows and refuses nothing (OpenAPI 3.1.1, 4.8.25), so a new one is only announced; names that mean another
    branch, or none, change the meaning of messages that stay the same.
    """
    before, after = pair.old.nodes("discriminator"), pair.new.nodes("discriminator")
    if not before and not after:
        return
    if not before or not after:
        what = f"discriminator {'added' if after else 'removed'}"
        yield pair.rated(Rating.MINOR, what, pair.place("discriminator"))
        return
    old, new = before[0], after[0]
    if old.value.get("propertyName") != new.value.get("propertyName"):
        what = f"discriminator {old.value.get('propertyName')!r} -> {new.value.get('propertyName')!r}"
        yield pair.change("both", what, Place.of(new))
        return
    first, second = _mapping(pair.walk.old, old), _mapping(pair.walk.new, new)
    for name, (node, schema) in first.items():
        if name in second:
            yield pair.inner(schema, second[name][1])
        else:
            yield pair.change("narrower", f"discriminator value {name!r} removed", Place.of(node, old=True))
    for name, (node, _) in second.items():
        if name not in first:
            yield pair.change("wider", f"discriminator value {name!r} added", Place.of(node))


def _mapping(schemas: Schemas, node: Node) -> dict[str, tuple[Node, Schema]]:
    """What each name leads to: what is written in `mapping`, else the branches by their schemas' names."""
    holder = node.document.node(node.pointer[:-1])
    listed: dict[str, tuple[Node, Schema]] = {}
    mapped: set[tuple[str | int, ...]] = set()
    for name, place, target in mapped_schemas(node):
        found = target.resolved()
        listed[name] = (place, schemas.of(found))
        mapped.add(found.pointer)
    for branch in subschemas(holder, *ALTERNATIVES):
        target = branch.resolved()
        if branch.reference is not None and target.pointer not in mapped:
            listed.setdefault(str(target.pointer[-1]), (branch, schemas.of(target)))
    return listed
