"""The keywords of objects.

Two conventions go before the bare arithmetic of allowed values. A new optional member is harmless, also where the object was
open or is read: clients ignore members that they do not know. And a member that is gone breaks those who sent or read it, also
where the object stays open.
"""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Change, Direction, Effect, Place, Rating
from accord.diff.model.schema import Schema, Schemas
from accord.diff.model.walk import Pair
from accord.diff.rules.defaults import default
from accord.document.document import Node
from accord.jsonschema.regex.ecma import matches

_HIDDEN: dict[Direction, str] = {"request": "readOnly", "response": "writeOnly"}


def _named(schema: Schema, keyword: str) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for holder in schema.nodes(keyword):
        for name, node in holder.written():
            found.setdefault(name, []).append(node)
    return found


def _visible(schemas: Schemas, schema: Schema, direction: Direction) -> tuple[dict[str, Schema], set[str]]:
    """The members that are sent in this direction, and the names of those that are not."""
    every = {name: schemas.all_of(nodes) for name, nodes in _named(schema, "properties").items()}
    hidden = {name for name, member in every.items() if member.flag(_HIDDEN[direction])}
    return {name: member for name, member in every.items() if name not in hidden}, hidden


def _required(schema: Schema) -> dict[str, Node]:
    return {
        node.value[index]: node.raw_child(index)
        for node in schema.nodes("required")
        if isinstance(node.value, list)
        for index in range(len(node.value))
    }


def _additional(schemas: Schemas, schema: Schema) -> Schema:
    return schemas.all_of([*schema.nodes("additionalProperties"), *schema.nodes("unevaluatedProperties")])


def _unlisted(schemas: Schemas, schema: Schema, name: str) -> Schema:
    """What holds of a member that `properties` does not list: by the patterns that its name matches, else as of the rest."""
    fitting = _fitting(schema, name)
    return schemas.all_of(fitting) if fitting else _additional(schemas, schema)


def _fitting(schema: Schema, name: str) -> list[Node]:
    patterns = _named(schema, "patternProperties").items()
    return [node for pattern, nodes in patterns if matches(pattern, name) for node in nodes]


def _both_objects(pair: Pair, kind: str = "object") -> bool:
    return kind in pair.old.types and kind in pair.new.types and pair.old.values is None and pair.new.values is None


def properties(pair: Pair) -> Iterator[Change | Pair]:
    """`properties` and `required`, without what is not sent in this direction."""
    if not _both_objects(pair):
        return
    old, old_hidden = _visible(pair.walk.old, pair.old, pair.direction)
    new, new_hidden = _visible(pair.walk.new, pair.new, pair.direction)
    before, after = _required(pair.old), _required(pair.new)
    for name, member in old.items():
        if name in new:
            yield pair.inner(member, new[name])
            omitted = not (name in before and name in after)
            yield from default(pair, member.nodes("default"), new[name].nodes("default"), omitted=omitted)
        else:
            yield from _removed(pair, name, member, hidden=name in new_hidden)
    for name, member in new.items():
        if name not in old:
            yield from _added(pair, name, member, required=name in after, shown=name in old_hidden)
    for name in sorted(before.keys() ^ after.keys()):
        if name not in old_hidden | new_hidden and (name in old) == (name in new):
            yield _requirement(pair, name, before.get(name), after.get(name))


def _requirement(pair: Pair, name: str, before: Node | None, after: Node | None) -> Change:
    effect: Effect = "narrower" if after is not None else "wider"
    place = Place.of(after) if after is not None else Place.of(before or pair.at.node, old=True)
    return pair.change(effect, f"member {name!r} {'is required now' if after is not None else 'is no longer required'}", place)


def _removed(pair: Pair, name: str, member: Schema, *, hidden: bool) -> Iterator[Change | Pair]:
    rest = _unlisted(pair.walk.new, pair.new, name)
    member = pair.walk.old.both(pair.walk.old.all_of(_fitting(pair.old, name)), member)
    if member.never or (rest.key != "any" and not rest.never and not hidden):
        yield pair.inner(member, rest)
        return
    place = Place.of(member.place() or pair.at.node, old=True)
    what = "member removed"
    if hidden:
        schema = pair.walk.new.all_of(_named(pair.new, "properties")[name])
        keyword = _HIDDEN[pair.direction]
        place, what = Place.of(schema.place(keyword) or pair.at.node), f"{keyword} now"
    breaks = "clients that send it" if pair.direction == "request" else "clients that read it"
    yield pair.rated(Rating.MAJOR, what, place, breaks)


def _added(pair: Pair, name: str, member: Schema, *, required: bool, shown: bool) -> Iterator[Change | Pair]:
    rest = _unlisted(pair.walk.old, pair.old, name)
    member = pair.walk.new.both(pair.walk.new.all_of(_fitting(pair.new, name)), member)
    place = Place.of(member.place() or pair.at.node)
    kind = "required" if required else "optional"
    if required and pair.direction == "request":
        yield pair.rated(Rating.MAJOR, "required member added", place, "clients that do not send it")
    elif member.never or (rest.key != "any" and not rest.never):
        yield pair.inner(rest, member)
    elif pair.flipped:
        yield pair.change("both", f"{kind} member added", place)
    else:
        what = f"no longer {_HIDDEN[pair.direction]}" if shown else f"{kind} member added"
        yield pair.rated(Rating.MINOR, what, place)


def others(pair: Pair) -> Iterator[Change | Pair]:
    """Members that are not listed: `additionalProperties`, `unevaluatedProperties`, `patternProperties`, `propertyNames`."""
    if not _both_objects(pair):
        return
    old_schemas, new_schemas = pair.walk.old, pair.walk.new
    old, new = _additional(old_schemas, pair.old), _additional(new_schemas, pair.new)
    if old.never != new.never:
        what = "members that are not listed are" + (" allowed now" if old.never else " no longer allowed")
        place = pair.place("additionalProperties", "unevaluatedProperties")
        yield pair.change("wider" if old.never else "narrower", what, place)
    else:
        yield pair.inner(old, new)
    before, after = _named(pair.old, "patternProperties"), _named(pair.new, "patternProperties")
    for pattern in before | after:
        first = old_schemas.all_of(before[pattern]) if pattern in before else old
        second = new_schemas.all_of(after[pattern]) if pattern in after else new
        yield pair.inner(first, second)
    yield pair.inner(old_schemas.all_of(pair.old.nodes("propertyNames")), new_schemas.all_of(pair.new.nodes("propertyNames")))


def dependents(pair: Pair) -> Iterator[Change | Pair]:
    """`dependentRequired` and `dependentSchemas`."""
    if not _both_objects(pair):
        return
    before, after = _dependencies(pair.old), _dependencies(pair.new)
    for name, wanted in before.items():
        for other in wanted.keys() - after.get(name, {}).keys():
            what = f"with member {name!r} member {other!r} is no longer required"
            yield pair.change("wider", what, Place.of(wanted[other], old=True))
    for name, wanted in after.items():
        for other in wanted.keys() - before.get(name, {}).keys():
            yield pair.change("narrower", f"with member {name!r} member {other!r} is required now", Place.of(wanted[other]))
    first, second = _named(pair.old, "dependentSchemas"), _named(pair.new, "dependentSchemas")
    for name in first | second:
        yield pair.inner(pair.walk.old.all_of(first.get(name, [])), pair.walk.new.all_of(second.get(name, [])))


def _dependencies(schema: Schema) -> dict[str, dict[str, Node]]:
    return {
        name: {node.value[index]: node.raw_child(index) for node in nodes for index in range(len(node.value))}
        for name, nodes in _named(schema, "dependentRequired").items()
    }
