"""Request bodies, and media types wherever there are some."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accord.diff.findings import BREAKS, Change, Direction, Effect, Place, Rating, rated
from accord.diff.model.schema import Schemas
from accord.diff.model.walk import Pair, Walk
from accord.diff.rules.annotations import contents, texts
from accord.document.document import Node
from accord.jsonschema.equality import canonical_json
from accord.openapi.media_type import Media, covers, essence, kind_of, labels
from accord.openapi.values.form_fields import Members, holds_file


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
    payload of a webhook) it breaks. Where no media type is listed any body may be sent, or none: the first one requires a body.
    """
    before, after = map(_types, both)
    lost, gained = Rating.MAJOR, Rating.MAJOR if unasked else Rating.MINOR
    if direction == "request":
        lost, gained = Rating.MAJOR if after else Rating.MINOR, Rating.MINOR if before else Rating.MAJOR
    for text, node in before.items():
        if (partner := _covering(text, after)) is None:
            what = f"{name}media type {text} removed"
            yield Change(lost, Place.of(node, old=True), what, BREAKS[direction] if lost is Rating.MAJOR else "")
        else:
            yield from _one(walk, node, after[partner], direction, f"{name}{text}: ")
    for text, node in after.items():
        if text not in before and (partner := _covering(text, before)) is not None:
            yield from _one(walk, before[partner], node, direction, f"{name}{text}: ")
        elif text not in before:
            what = f"{name}media type {text} added"
            breaks = "clients that send none" if direction == "request" else BREAKS[direction]
            yield Change(gained, Place.of(node), what, breaks if gained is Rating.MAJOR else "")


def schema(node: Node) -> Node | None:
    """The schema of a media type, parameter or header, as written."""
    return node.raw_child("schema") if "schema" in node.value else None


def _types(node: Node) -> dict[str, Node]:
    content = node.get("content")
    return {_name(text): item for text, item in content.named()} if content is not None else {}


def _name(text: str) -> str:
    """A media type, written as all that mean the same are; `charset` means nothing for JSON (RFC 8259, 11)."""
    parameters = labels(text)
    if kind_of(text) == "json":
        parameters.pop("charset", None)
    return "; ".join([essence(text), *(f"{key}={value}" for key, value in sorted(parameters.items()))])


def _covering(text: str, others: dict[str, Node]) -> str | None:
    """The closest of the media types and ranges that cover one: with no parameter that it does not have."""
    plain, given = essence(text), labels(text).items()
    fitting = [other for other in others if covers(essence(other), plain) and labels(other).items() <= given]
    return min(fitting, key=lambda other: (other.count("*"), -len(labels(other))), default=None)


def _one(walk: Walk, old: Node, new: Node, direction: Direction, name: str) -> Iterator[Change | Pair]:
    yield walk.pair(schema(old), schema(new), direction, Place.of(new))
    before, after = old.value.get("encoding") or {}, new.value.get("encoding") or {}
    for part in before | after:
        if canonical_json(before.get(part, {})) != canonical_json(after.get(part, {})):
            node = new.raw_child("encoding") if "encoding" in new.value else new
            rating = rated("wider", direction) if _widened(before.get(part, {}), after.get(part, {})) else Rating.MAJOR
            breaks = BREAKS[direction] if rating is Rating.MAJOR else ""
            yield Change(rating, Place.of(node), f"{name}encoding of {part!r} changed", breaks)
    if kind_of(str(new.pointer[-1])) == "multipart":
        yield from _parts(walk, old, new, direction, name)
    yield from texts(old, new, ("example", "examples"), name)


def _parts(walk: Walk, old: Node, new: Node, direction: Direction, name: str) -> Iterator[Change]:
    """How the parts of a multipart body are encoded, and which are files: there these keywords are no annotations."""
    before, after = _contents(walk.old, old), _contents(walk.new, new)
    for part in before.keys() & after.keys():
        node, said = after[part]
        for keyword, text in said.items():
            if text != (was := before[part][1][keyword]):
                only = keyword == "contentMediaType" and not (was and text)  # which media types a part may have
                rating = rated(("narrower" if text else "wider") if only else "both", direction)
                breaks = BREAKS[direction] if rating is Rating.MAJOR else ""
                what = f"{name}{keyword} of part {part!r} {was or 'none'} -> {text or 'none'}"
                yield Change(rating, Place.of(node), what, breaks)


def _contents(schemas: Schemas, media: Node) -> dict[str, tuple[Node, dict[str, str]]]:
    """By part, where it is written and what is said of its content."""
    described = schema(media)
    found = {}
    encodings = Media(str(media.pointer[-1]), described, media).encoding
    for part, member in Members([described], encodings).known.items() if described is not None else ():
        written = (member.item or member).schemas
        said = {key: ", ".join(contents(schemas.all_of(written), key)) for key in ("contentEncoding", "contentMediaType")}
        said["content"] = "file" if holds_file(written, member.encoding) else "value"
        found[part] = (member.schemas[0] if member.schemas else media, said)
    return found


def _widened(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether a part may only be of more content types than before."""
    before, after = ({name.strip().lower() for name in str(one.get("contentType", "")).split(",")} for one in (old, new))
    rest = ({key: value for key, value in one.items() if key != "contentType"} for one in (old, new))
    return "contentType" in old and before < after and canonical_json(next(rest)) == canonical_json(next(rest))
