"""Request bodies, and media types wherever there are some."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.engine.document import Node
from codegen.diff.findings import BREAKS, Change, Direction, Effect, Place, Rating, rated
from codegen.diff.schema import text_of
from codegen.diff.walk import Pair, Walk
from codegen.diff.words import texts


def body(walk: Walk, old: Node, new: Node, direction: Direction) -> Iterator[Change | Pair]:
    """The request body of an operation."""
    before, after = old.get("requestBody"), new.get("requestBody")
    if before is None and after is None:
        return
    if after is None:
        place = Place.of(old.raw_child("requestBody"), old=True)
        yield Change(Rating.MAJOR, place, "request body removed", BREAKS[direction])
        return
    place = Place.of(new.raw_child("requestBody"))
    required = after.value.get("required") is True
    if before is None:
        rating = rated("narrower", direction) if required else Rating.MINOR
        what = f"{'required' if required else 'optional'} request body added"
        yield Change(rating, place, what, "clients that send none" if rating is Rating.MAJOR else "")
        return
    if required != (before.value.get("required") is True):
        effect: Effect = "narrower" if required else "wider"
        rating = rated(effect, direction)
        if "required" in after.value:
            place = Place.of(after.raw_child("required"))
        what = f"the request body is {'required now' if required else 'no longer required'}"
        yield Change(rating, place, what, BREAKS[direction] if rating is Rating.MAJOR else "")
    yield from media(walk, (before, after), direction, "request body: ", unasked=direction == "response")
    yield from texts(before, after, ("description",), "request body: ")


def media(walk: Walk, both: tuple[Node, Node], direction: Direction, name: str, *, unasked: bool) -> Iterator[Change | Pair]:
    """The media types of `content`.

    A range covers its types. Who receives chooses by `Accept`, so a type more is harmless; where nobody can ask (`unasked`: the
    payload of a webhook) it breaks.
    """
    before, after = map(_types, both)
    for text, node in before.items():
        if (partner := _covering(text, after)) is None:
            what = f"{name}media type {text} removed"
            yield Change(Rating.MAJOR, Place.of(node, old=True), what, BREAKS[direction])
        else:
            yield from _one(walk, node, after[partner], direction, f"{name}{text}: ")
    for text, node in after.items():
        if text not in before and (partner := _covering(text, before)) is not None:
            yield from _one(walk, before[partner], node, direction, f"{name}{text}: ")
        elif text not in before:
            rating = Rating.MAJOR if unasked else Rating.MINOR
            what = f"{name}media type {text} added"
            yield Change(rating, Place.of(node), what, BREAKS[direction] if unasked else "")


def schema(node: Node) -> Node | None:
    """The schema of a media type, parameter or header, as written."""
    return node.raw_child("schema") if "schema" in node.value else None


def _types(node: Node) -> dict[str, Node]:
    content = node.get("content")
    return {text.lower().replace(" ", ""): item for text, item in content.named()} if content is not None else {}


def _covering(text: str, others: dict[str, Node]) -> str | None:
    kind = text.split(";", maxsplit=1)[0]
    return next((t for t in (text, kind, f"{kind.split('/')[0]}/*", "*/*") if t in others), None)


def _one(walk: Walk, old: Node, new: Node, direction: Direction, name: str) -> Iterator[Change | Pair]:
    yield walk.pair(schema(old), schema(new), direction, Place.of(new))
    before, after = old.value.get("encoding") or {}, new.value.get("encoding") or {}
    for part in before | after:
        if text_of(before.get(part, {})) != text_of(after.get(part, {})):
            node = new.raw_child("encoding") if "encoding" in new.value else new
            rating = rated("wider", direction) if _widened(before.get(part, {}), after.get(part, {})) else Rating.MAJOR
            breaks = BREAKS[direction] if rating is Rating.MAJOR else ""
            yield Change(rating, Place.of(node), f"{name}encoding of {part!r} changed", breaks)
    yield from texts(old, new, ("example", "examples"), name)


def _widened(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether a part may only be of more content types than before."""
    before, after = ({name.strip().lower() for name in str(one.get("contentType", "")).split(",")} for one in (old, new))
    rest = ({key: value for key, value in one.items() if key != "contentType"} for one in (old, new))
    return "contentType" in old and before < after and text_of(next(rest)) == text_of(next(rest))
