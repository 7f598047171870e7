"""Parameters, of an operation together with those of its path."""

from __future__ import annotations

import re
from collections.abc import Iterator

from accord.diff.findings import BREAKS, Change, Direction, Effect, Place, Rating, rated
from accord.diff.model.walk import Pair, Walk
from accord.diff.rules.annotations import deprecated, texts
from accord.diff.rules.bodies import media, schema
from accord.diff.rules.defaults import default
from accord.document.document import Node

Key = tuple[str, str]

# OpenAPI: "shall be ignored" as parameters; media types and security say them.
_ELSEWHERE = {"accept", "content-type", "authorization"}

_SCALARS = frozenset({"null", "boolean", "string", "integer", "fraction"})


def parameters(walk: Walk, before: dict[Key, Node], after: dict[Key, Node], direction: Direction) -> Iterator[Change | Pair]:
    """What is different in the parameters of an operation."""
    lost, gained = before.keys() - after.keys(), after.keys() - before.keys()
    moved = {name: place for place, name in lost}
    for key, node in after.items():
        if key in before:
            yield from _same(walk, before[key].resolved(), node.resolved(), direction)
        elif (came := moved.get(key[1])) is not None:
            what = f"parameter {key[1]!r} moved from {came} to {key[0]}"
            yield Change(Rating.MAJOR, Place.of(node), what, BREAKS[direction])
        else:
            required = node.resolved().value.get("required") is True
            rating = rated("narrower" if required else "wider", direction) if required else Rating.MINOR
            breaks = "clients that do not send it" if rating is Rating.MAJOR else ""
            yield Change(
                rating, Place.of(node), f"{'required' if required else 'optional'} parameter {_name(node)} added", breaks
            )
    breaks = "clients that send it" if direction == "request" else "clients that read it"
    for key, node in before.items():
        if key in lost and not any(name == key[1] for _, name in gained):
            yield Change(Rating.MAJOR, Place.of(node, old=True), f"parameter {_name(node)} removed", breaks)


def effective(path: str, owners: tuple[Node, Node]) -> dict[Key, Node]:
    """Those of the path item and of the operation as listed there, by place and name; those in the path by their position."""
    positions = {name: str(index) for index, name in enumerate(re.findall(r"\{([^}]*)\}", path))}
    found: dict[Key, Node] = {}
    for owner in owners:
        declared = owner.get("parameters")
        for index, node in enumerate(declared.elements() if declared is not None else ()):
            place, name = str(node.value.get("in")), str(node.value.get("name"))
            if place == "header" and name.lower() in _ELSEWHERE:
                continue
            key = {"path": positions.get(name, name), "header": name.lower()}.get(place, name)
            found[place, key] = declared.raw_child(index) if declared is not None else node
    return found


def _name(node: Node) -> str:
    node = node.resolved()
    return f"{node.value.get('in')} {node.value.get('name')}"


def _same(walk: Walk, old: Node, new: Node, direction: Direction) -> Iterator[Change | Pair]:
    name = _name(new)
    if _name(old).lower() != name.lower():
        what = f"path parameter {old.value.get('name')!r} is called {new.value.get('name')!r} now"
        yield Change(Rating.MAJOR, _at(old, new, "name"), what, "generated clients, which give it by name")
    required = new.value.get("required") is True
    if required != (old.value.get("required") is True):
        effect: Effect = "narrower" if required else "wider"
        rating = rated(effect, direction)
        what = f"{name}: {'is required now' if required else 'is no longer required'}"
        yield Change(rating, _at(old, new, "required"), what, BREAKS[direction] if rating is Rating.MAJOR else "")
    if ("content" in old.value) != ("content" in new.value):
        what = f"{name}: `{'content' if 'content' in new.value else 'schema'}` instead of the other way of writing it"
        yield Change(Rating.MAJOR, _at(old, new, "content"), what, BREAKS[direction])
    elif "content" in new.value:
        yield from media(walk, (old, new), direction, f"{name}: ", unasked=False)
    else:
        pair = walk.pair(schema(old), schema(new), direction, Place.of(new))
        yield pair
        always = required and old.value.get("required") is True
        yield from default(pair, pair.old.nodes("default"), pair.new.nodes("default"), omitted=not always)
        yield from _written(pair, old, new, name, direction)
    yield from texts(old, new, ("description", "example", "examples"), f"{name}: ")
    yield from deprecated(old, new, f"{name}: ")


def _written(pair: Pair, old: Node, new: Node, name: str, direction: Direction) -> Iterator[Change]:
    """Style and explode, where they make a difference, and what may be left unencoded or empty."""
    scalar = (pair.old.types | pair.new.types) <= _SCALARS
    (style, explode), (new_style, new_explode) = _style(old), _style(new)
    alike = {"form", "simple", "spaceDelimited", "pipeDelimited"}
    if style != new_style and not (scalar and {style, new_style} <= alike):
        yield Change(Rating.MAJOR, _at(old, new, "style"), f"{name}: style {style} -> {new_style}", BREAKS[direction])
    elif explode != new_explode and not (scalar and style in {*alike, "label"}):
        what = f"{name}: explode {str(explode).lower()} -> {str(new_explode).lower()}"
        yield Change(Rating.MAJOR, _at(old, new, "explode"), what, BREAKS[direction])
    for keyword in ("allowReserved", "allowEmptyValue"):
        before, after = old.value.get(keyword) is True, new.value.get(keyword) is True
        if before != after:
            rating = rated("wider" if after else "narrower", direction)
            what = f"{name}: {keyword} {str(before).lower()} -> {str(after).lower()}"
            yield Change(rating, _at(old, new, keyword), what, BREAKS[direction] if rating is Rating.MAJOR else "")


def _style(node: Node) -> tuple[str, bool]:
    style = node.value.get("style", "form" if node.value.get("in") in ("query", "cookie") else "simple")
    return style, node.value.get("explode", style == "form")


def _at(old: Node, new: Node, keyword: str) -> Place:
    if keyword in new.value or keyword not in old.value:
        return Place.of(new.raw_child(keyword) if keyword in new.value else new)
    return Place.of(old.raw_child(keyword), old=True)
