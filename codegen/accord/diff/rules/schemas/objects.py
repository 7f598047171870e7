"""The keywords of objects.

Two conventions take precedence over the set of valid values. A new optional property is harmless, even if the object was open
or is in a response: clients ignore properties that they do not know. A removed property breaks the clients that send or read
it, even if the object stays open.
"""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Bump, Change, Effect, Location
from accord.diff.model.schema import Schema, Schemas
from accord.diff.model.walk import Pair
from accord.diff.rules.annotations import default
from accord.document.document import Node
from accord.jsonschema.read_write_only import Direction
from accord.jsonschema.regex.ecma import matches

_HIDDEN: dict[Direction, str] = {"request": "readOnly", "response": "writeOnly"}


def _by_name(schema: Schema, keyword: str) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for holder in schema.nodes(keyword):
        for name, node in holder.written():
            found.setdefault(name, []).append(node)
    return found


def _visible(schemas: Schemas, schema: Schema, direction: Direction) -> tuple[dict[str, Schema], set[str]]:
    """The properties that are sent in this direction, and the names of those that are not."""
    every = {name: schemas.all_of(nodes) for name, nodes in _by_name(schema, "properties").items()}
    hidden = {name for name, member in every.items() if member.flag(_HIDDEN[direction])}
    return {name: member for name, member in every.items() if name not in hidden}, hidden


def _names(lists: list[Node]) -> dict[str, Node]:
    """The names in arrays of names, each with its node."""
    return {
        node.value[index]: node.raw_child(index)
        for node in lists
        if isinstance(node.value, list)
        for index in range(len(node.value))
    }


def _additional(schemas: Schemas, schema: Schema) -> Schema:
    return schemas.all_of([*schema.nodes("additionalProperties"), *schema.nodes("unevaluatedProperties")])


def _unlisted(schemas: Schemas, schema: Schema, name: str) -> Schema:
    """The schema of a property that is not in `properties`: that of matching patterns, else of additional properties."""
    matching = _matching(schema, name)
    return schemas.all_of(matching) if matching else _additional(schemas, schema)


def _matching(schema: Schema, name: str) -> list[Node]:
    patterns = _by_name(schema, "patternProperties").items()
    return [node for pattern, nodes in patterns if matches(pattern, name) for node in nodes]


def properties(pair: Pair) -> Iterator[Change | Pair]:
    """`properties` and `required`, without properties that are not sent in this direction."""
    if not pair.both_accept("object"):
        return
    old, old_hidden = _visible(pair.walk.old, pair.old, pair.direction)
    new, new_hidden = _visible(pair.walk.new, pair.new, pair.direction)
    before, after = _names(pair.old.nodes("required")), _names(pair.new.nodes("required"))
    for name, member in old.items():
        if name in new:
            yield pair.child(member, new[name])
            optional = not (name in before and name in after)
            yield from default(pair, member.nodes("default"), new[name].nodes("default"), optional=optional)
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
    node = after if after is not None else before
    location = Location.of(node, old=after is None) if node is not None else pair.location()
    return pair.change(effect, f"property {name!r} is {'now' if after is not None else 'no longer'} required", location)


def _removed(pair: Pair, name: str, member: Schema, *, hidden: bool) -> Iterator[Change | Pair]:
    rest = _unlisted(pair.walk.new, pair.new, name)
    member = pair.walk.old.both(pair.walk.old.all_of(_matching(pair.old, name)), member)
    if member.never or (rest.key != "any" and not rest.never and not hidden):
        yield pair.child(member, rest)
        return
    location, what = pair.location_of(member, old=True), "property removed"
    if hidden:
        schema = pair.walk.new.all_of(_by_name(pair.new, "properties")[name])
        keyword = _HIDDEN[pair.direction]
        location, what = pair.location_of(schema, keyword), f"now {keyword}"
    breaks = "clients that send it" if pair.direction == "request" else "clients that read it"
    yield pair.change_of(Bump.MAJOR, what, location, breaks)


def _added(pair: Pair, name: str, member: Schema, *, required: bool, shown: bool) -> Iterator[Change | Pair]:
    rest = _unlisted(pair.walk.old, pair.old, name)
    member = pair.walk.new.both(pair.walk.new.all_of(_matching(pair.new, name)), member)
    location = pair.location_of(member)
    what = f"{'required' if required else 'optional'} property added"
    if required and pair.direction == "request":
        yield pair.change_of(Bump.MAJOR, what, location, "clients that do not send it")
    elif member.never or (rest.key != "any" and not rest.never):
        yield pair.child(rest, member)
    elif pair.inverted:
        yield pair.change("both", what, location)
    else:
        yield pair.change_of(Bump.MINOR, f"no longer {_HIDDEN[pair.direction]}" if shown else what, location)


def additional_properties(pair: Pair) -> Iterator[Change | Pair]:
    """`additionalProperties`, `unevaluatedProperties`, `patternProperties` and `propertyNames`."""
    if not pair.both_accept("object"):
        return
    old_schemas, new_schemas = pair.walk.old, pair.walk.new
    old, new = _additional(old_schemas, pair.old), _additional(new_schemas, pair.new)
    if old.never != new.never:
        what = f"additional properties are {'now' if old.never else 'no longer'} allowed"
        location = pair.location("additionalProperties", "unevaluatedProperties")
        yield pair.change("wider" if old.never else "narrower", what, location)
    else:
        yield pair.child(old, new)
    before, after = _by_name(pair.old, "patternProperties"), _by_name(pair.new, "patternProperties")
    for pattern in before | after:
        yield pair.child(
            old_schemas.all_of(before[pattern]) if pattern in before else old,
            new_schemas.all_of(after[pattern]) if pattern in after else new,
        )
    yield pair.child_at(pair.old.nodes("propertyNames"), pair.new.nodes("propertyNames"))


def dependencies(pair: Pair) -> Iterator[Change | Pair]:
    """`dependentRequired` and `dependentSchemas`."""
    if not pair.both_accept("object"):
        return
    before, after = (
        {
            (name, other): node
            for name, lists in _by_name(schema, "dependentRequired").items()
            for other, node in _names(lists).items()
        }
        for schema in (pair.old, pair.new)
    )
    for (name, other), node in before.items():
        if (name, other) not in after:
            what = f"property {other!r} is no longer required with {name!r}"
            yield pair.change("wider", what, Location.of(node, old=True))
    for (name, other), node in after.items():
        if (name, other) not in before:
            yield pair.change("narrower", f"property {other!r} is now required with {name!r}", Location.of(node))
    old, new = _by_name(pair.old, "dependentSchemas"), _by_name(pair.new, "dependentSchemas")
    for name in old | new:
        yield pair.child_at(old.get(name, []), new.get(name, []))
