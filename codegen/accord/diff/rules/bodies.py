"""Request bodies, and the media types of bodies, parameters and responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from accord.diff.findings import BREAKS, Bump, Change, Location, bump_for
from accord.diff.model.schema import Schemas
from accord.diff.model.walk import Pair, Walk
from accord.diff.rules.annotations import content, documentation
from accord.document.document import Node
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.read_write_only import Direction
from accord.openapi.media_type import Media, covers, essence, kind_of, labels
from accord.openapi.values.form_fields import Members, holds_file

_SEND_NONE = "clients that send no body"


def request_body(walk: Walk, old: Node, new: Node, direction: Direction) -> Iterator[Change | Pair]:
    """The changes of the request body of an operation."""
    before, after = old.get("requestBody"), new.get("requestBody")
    if after is None:
        if before is not None:
            yield Change.removed(old.raw_child("requestBody"), "request body", BREAKS[direction])
        return
    required = after.value.get("required") is True
    if before is None:
        bump = bump_for("narrower", direction) if required else Bump.MINOR
        what = f"{'required' if required else 'optional'} request body"
        yield Change.added(new.raw_child("requestBody"), what, _SEND_NONE, bump)
        return
    if required != (before.value.get("required") is True):
        location = Location.of(after.raw_child("required") if "required" in after.value else new.raw_child("requestBody"))
        what = f"the request body is {'now' if required else 'no longer'} required"
        yield Change(bump_for("narrower" if required else "wider", direction), location, what, BREAKS[direction])
    yield from media_types(walk, (before, after), direction, "request body: ", negotiated=direction == "request")
    yield from documentation(before, after, ("description",), "request body: ")


def media_types(
    walk: Walk, both: tuple[Node, Node], direction: Direction, prefix: str, *, negotiated: bool
) -> Iterator[Change | Pair]:
    """The media types of `content`. A range covers its types.

    In a response, a new media type is harmless, because clients choose with `Accept`; it breaks them if it is not `negotiated`,
    as in the payload of a webhook. Without any media type, any body or none is valid, so the first one makes the body required.
    """
    before, after = map(_by_name, both)
    removal, addition = Bump.MAJOR, Bump.MINOR if negotiated else Bump.MAJOR
    if direction == "request":
        removal, addition = Bump.MAJOR if after else Bump.MINOR, Bump.MINOR if before else Bump.MAJOR
    for name, node in before.items():
        if (partner := _covering(name, after)) is None:
            yield Change.removed(node, f"{prefix}media type {name}", BREAKS[direction], removal)
        else:
            yield from _media_type(walk, node, after[partner], direction, f"{prefix}{name}: ")
    for name, node in after.items():
        if name not in before and (partner := _covering(name, before)) is not None:
            yield from _media_type(walk, before[partner], node, direction, f"{prefix}{name}: ")
        elif name not in before:
            breaks = _SEND_NONE if direction == "request" else BREAKS[direction]
            yield Change.added(node, f"{prefix}media type {name}", breaks, addition)


def schema(node: Node) -> Node | None:
    """The schema of a media type, parameter or header, as it is written."""
    return node.raw_child("schema") if "schema" in node.value else None


def _by_name(node: Node) -> dict[str, Node]:
    found = node.get("content")
    return {_normalized(name): item for name, item in found.named()} if found is not None else {}


def _normalized(name: str) -> str:
    """One spelling for equal media types; JSON has no `charset` (RFC 8259, 11)."""
    parameters = labels(name)
    if kind_of(name) == "json":
        parameters.pop("charset", None)
    return "; ".join([essence(name), *(f"{key}={value}" for key, value in sorted(parameters.items()))])


def _covering(name: str, others: dict[str, Node]) -> str | None:
    """The most specific of the media types and ranges that cover this one, and have no parameter that it lacks."""
    plain, given = essence(name), labels(name).items()
    fitting = [other for other in others if covers(essence(other), plain) and labels(other).items() <= given]
    return min(fitting, key=lambda other: (other.count("*"), -len(labels(other))), default=None)


def _media_type(walk: Walk, old: Node, new: Node, direction: Direction, prefix: str) -> Iterator[Change | Pair]:
    yield walk.pair(schema(old), schema(new), direction, Location.of(new))
    before, after = old.value.get("encoding") or {}, new.value.get("encoding") or {}
    for part in before | after:
        if canonical_json(before.get(part, {})) != canonical_json(after.get(part, {})):
            node = new.raw_child("encoding") if "encoding" in new.value else new
            wider = _has_more_content_types(before.get(part, {}), after.get(part, {}))
            bump = bump_for("wider", direction) if wider else Bump.MAJOR
            yield Change(bump, Location.of(node), f"{prefix}encoding of {part!r} changed", BREAKS[direction])
    if kind_of(str(new.pointer[-1])) == "multipart":
        yield from _parts(walk, old, new, direction, prefix)
    yield from documentation(old, new, ("example", "examples"), prefix)


def _parts(walk: Walk, old: Node, new: Node, direction: Direction, prefix: str) -> Iterator[Change]:
    """How the parts of a multipart body are encoded, and which are files: there, these annotations change the message."""
    before, after = _part_contents(walk.old, old), _part_contents(walk.new, new)
    for part in before.keys() & after.keys():
        node, contents = after[part]
        for keyword, text in contents.items():
            if text != (old_text := before[part][1][keyword]):
                # A media type that is added or removed only restricts or extends what the part may be.
                restriction = keyword == "contentMediaType" and not (old_text and text)
                bump = bump_for(("narrower" if text else "wider") if restriction else "both", direction)
                what = f"{prefix}{keyword} of part {part!r} {old_text or 'none'} -> {text or 'none'}"
                yield Change(bump, Location.of(node), what, BREAKS[direction])


def _part_contents(schemas: Schemas, media: Node) -> dict[str, tuple[Node, dict[str, str]]]:
    """For each part, where it is written and the annotations of its content."""
    found = {}
    described = schema(media)
    encodings = Media(str(media.pointer[-1]), described, media).encoding
    for part, member in Members([described], encodings).known.items() if described is not None else ():
        written = (member.item or member).schemas
        contents = {key: ", ".join(content(schemas.all_of(written), key)) for key in ("contentEncoding", "contentMediaType")}
        contents["content"] = "file" if holds_file(written, member.encoding) else "value"
        found[part] = (member.schemas[0] if member.schemas else media, contents)
    return found


def _has_more_content_types(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether the new encoding differs only by additional values in `contentType`."""
    before, after = ({name.strip().lower() for name in str(one.get("contentType", "")).split(",")} for one in (old, new))
    rest = ({key: value for key, value in one.items() if key != "contentType"} for one in (old, new))
    return "contentType" in old and before < after and canonical_json(next(rest)) == canonical_json(next(rest))
