"""Parameters of an operation and of its path item."""

from __future__ import annotations

import re
from collections.abc import Iterator

from accord.diff.findings import BREAKS, Bump, Change, Location, bump_for
from accord.diff.model.walk import Pair, Walk
from accord.diff.rules.annotations import default, deprecation, documentation
from accord.diff.rules.bodies import media_types, schema
from accord.document.document import Node
from accord.jsonschema.read_write_only import Direction

# Where a parameter is, and its name; of a path parameter, its position in the path.
Key = tuple[str, str]

# OpenAPI ignores header parameters with these names; media types and security define them.
_IGNORED_HEADERS = {"accept", "content-type", "authorization"}

_SCALARS = frozenset({"null", "boolean", "string", "integer", "fraction"})


def parameters(walk: Walk, before: dict[Key, Node], after: dict[Key, Node], direction: Direction) -> Iterator[Change | Pair]:
    """The changes of the parameters of an operation."""
    removed, added = before.keys() - after.keys(), after.keys() - before.keys()
    sources = {name: source for source, name in removed}
    for key, node in after.items():
        if key in before:
            yield from _parameter(walk, before[key].resolved(), node.resolved(), direction)
        elif (source := sources.get(key[1])) is not None:
            what = f"parameter {key[1]!r} moved from {source} to {key[0]}"
            yield Change(Bump.MAJOR, Location.of(node), what, BREAKS[direction])
        else:
            required = node.resolved().value.get("required") is True
            bump = bump_for("narrower", direction) if required else Bump.MINOR
            what = f"{'required' if required else 'optional'} parameter {_name(node)}"
            yield Change.added(node, what, "clients that do not send it", bump)
    breaks = "clients that send it" if direction == "request" else "clients that read it"
    for key, node in before.items():
        if key in removed and not any(name == key[1] for _, name in added):
            yield Change.removed(node, f"parameter {_name(node)}", breaks)


def effective_parameters(path: str, item: Node, operation: Node) -> dict[Key, Node]:
    """The parameters of the path item and of the operation, which overrides them; each as it is listed there."""
    positions = {name: str(index) for index, name in enumerate(re.findall(r"\{([^}]*)\}", path))}
    found: dict[Key, Node] = {}
    for owner in (item, operation):
        listed = owner.get("parameters")
        for index, node in enumerate(listed.elements() if listed is not None else ()):
            place, name = str(node.value.get("in")), str(node.value.get("name"))
            if place == "header" and name.lower() in _IGNORED_HEADERS:
                continue
            key = {"path": positions.get(name, name), "header": name.lower()}.get(place, name)
            found[place, key] = listed.raw_child(index) if listed is not None else node
    return found


def _name(node: Node) -> str:
    node = node.resolved()
    return f"{node.value.get('in')} {node.value.get('name')}"


def _parameter(walk: Walk, old: Node, new: Node, direction: Direction) -> Iterator[Change | Pair]:
    name = _name(new)
    if _name(old).lower() != name.lower():
        what = f"path parameter {old.value.get('name')!r} renamed to {new.value.get('name')!r}"
        yield Change(Bump.MAJOR, Location.of_keyword(old, new, "name"), what, "generated clients, which pass it by name")
    required = new.value.get("required") is True
    if required != (old.value.get("required") is True):
        bump = bump_for("narrower" if required else "wider", direction)
        what = f"{name}: is {'now' if required else 'no longer'} required"
        yield Change(bump, Location.of_keyword(old, new, "required"), what, BREAKS[direction])
    if ("content" in old.value) != ("content" in new.value):
        keywords = ("content", "schema") if "content" in new.value else ("schema", "content")
        what = f"{name}: uses `{keywords[0]}` instead of `{keywords[1]}`"
        yield Change(Bump.MAJOR, Location.of_keyword(old, new, "content"), what, BREAKS[direction])
    elif "content" in new.value:
        yield from media_types(walk, (old, new), direction, f"{name}: ", negotiated=True)
    else:
        pair = walk.pair(schema(old), schema(new), direction, Location.of(new))
        yield pair
        optional = not (required and old.value.get("required") is True)
        yield from default(pair, pair.old.nodes("default"), pair.new.nodes("default"), optional=optional)
        yield from _serialization(pair, old, new, name)
    yield from documentation(old, new, ("description", "example", "examples"), f"{name}: ")
    yield from deprecation(old, new, f"{name}: ")


def _serialization(pair: Pair, old: Node, new: Node, name: str) -> Iterator[Change]:
    """`style` and `explode` where they make a difference, `allowReserved` and `allowEmptyValue`."""
    scalar = (pair.old.types | pair.new.types) <= _SCALARS
    (style, explode), (new_style, new_explode) = _style(old), _style(new)
    same_for_scalars = {"form", "simple", "spaceDelimited", "pipeDelimited"}
    breaks = BREAKS[pair.direction]
    if style != new_style and not (scalar and {style, new_style} <= same_for_scalars):
        yield Change(Bump.MAJOR, Location.of_keyword(old, new, "style"), f"{name}: style {style} -> {new_style}", breaks)
    elif explode != new_explode and not (scalar and style in {*same_for_scalars, "label"}):
        what = f"{name}: explode {str(explode).lower()} -> {str(new_explode).lower()}"
        yield Change(Bump.MAJOR, Location.of_keyword(old, new, "explode"), what, breaks)
    for keyword in ("allowReserved", "allowEmptyValue"):
        before, after = old.value.get(keyword) is True, new.value.get(keyword) is True
        if before != after:
            bump = bump_for("wider" if after else "narrower", pair.direction)
            what = f"{name}: {keyword} {str(before).lower()} -> {str(after).lower()}"
            yield Change(bump, Location.of_keyword(old, new, keyword), what, breaks)


def _style(node: Node) -> tuple[str, bool]:
    style = node.value.get("style", "form" if node.value.get("in") in ("query", "cookie") else "simple")
    return style, node.value.get("explode", style == "form")
