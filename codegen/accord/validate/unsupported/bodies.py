"""Request bodies that cannot be read: rejected at generation and at start."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from accord.document.document import Node
from accord.jsonschema.content_encoding import CODINGS, coding_of
from accord.jsonschema.schema import in_place
from accord.jsonschema.types import named_types
from accord.openapi.media_type import Encoding, Kind, Media, identity, kind_of
from accord.openapi.values.form_fields import Member, Members, holds_file

Found = Iterator[tuple[Node, str]]

_TYPES: dict[Kind, tuple[set[str], str]] = {
    "form": ({"object"}, "a form has members: describe an object"),
    "multipart": ({"object"}, "parts are found by their names: describe an object"),
    "text": ({"string", "integer", "number", "boolean"}, "a text has no structure: describe a string, or send JSON"),
}


def unreadable(bodies: dict[str, Media]) -> Found:
    """What in the media types of one body cannot be read as described, each as a place and a message."""
    for (name, media), (other, _) in itertools.combinations(reversed(bodies.items()), 2):
        if identity(name) == identity(other):
            yield media.node, f"{name!r} and {other!r} are one media type: remove one"
    for name, media in bodies.items():
        if media.schema is None:
            continue
        readable, remedy = _TYPES.get(media.kind, (None, ""))
        if readable is not None and named_types(media.schema) - readable:
            yield media.node, f"a request body of {name!r}: {remedy}"
        if media.kind in ("form", "multipart"):
            for member, described in Members([media.schema], media.encoding).known.items():
                node = described.encoding.node if described.encoding is not None else described.schemas[0]
                yield from ((node, f"the member {member!r} of {name}: {text}") for text in _member(described, media.kind))


def _member(member: Member, kind: Kind) -> Iterator[str]:
    if member.encoding is not None and member.encoding.styled:
        yield from _styled(member, member.encoding)
    if kind == "multipart":
        yield from _part(member)
        return
    if member.encoding is not None and member.encoding.headers is not None:
        yield "members of a form have no headers: remove them"
    if not all(kind_of(name) in ("json", "text") for name in member.content_types):
        yield "members of a form are texts or JSON: correct `contentType`, or send multipart/form-data"


def _styled(member: Member, encoding: Encoding) -> Iterator[str]:
    if encoding.style == "deepObject" and member.types != {"object"}:
        yield "the style deepObject is for objects: remove it"
    elif encoding.style != "deepObject" and "object" in member.types and encoding.explode is not False:
        yield "its members would stand among the others: write `style: deepObject`, or `explode: false`"


def _part(member: Member) -> Iterator[str]:
    one, encoding = member.item or member, member.encoding
    headers = encoding.headers if encoding is not None else None
    if headers is not None and any("schema" not in header.value for _, header in headers.named()):
        yield "a header with `content` is not supported: give it a `schema`"
    for value in (part.value for part in in_place(*one.schemas)):
        if (coding := coding_of(value)) is not None and coding not in CODINGS:
            yield f"the contentEncoding {coding!r} is not supported: use one of {', '.join(CODINGS)}"
    if not holds_file(one.schemas, encoding):
        if len({kind_of(name) for name in member.content_types}) > 1:
            yield "it is a text, JSON, or a file: write content types of one of these"
    elif one.types & {"object", "array"}:
        yield f"its structure is not read from {', '.join(member.content_types) or 'a file'}: send JSON"
