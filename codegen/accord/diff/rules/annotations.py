"""Changes that validation ignores: documentation and annotations are a patch, a deprecation is minor, a default may be major.

Annotations include `contentEncoding`, `contentMediaType`, `contentSchema` and formats that no validator knows (JSON Schema
2020-12, Validation, 7.2.3 and 8). In multipart bodies, `bodies` compares them too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from accord.diff.findings import Bump, Change, Location
from accord.diff.model.schema import Schema
from accord.diff.model.walk import Pair
from accord.document.document import Node
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.formats import ASSERTED

_CONTENT = ("contentEncoding", "contentMediaType", "contentSchema", "format")
_DOCUMENTATION = ("title", "description", "example", "examples", "externalDocs", "xml", "$comment")


def schema_annotations(pair: Pair) -> Iterator[Change]:
    """Of a schema."""
    for keyword in _DOCUMENTATION:
        if _texts(pair.old, keyword) != _texts(pair.new, keyword):
            yield pair.change_of(Bump.PATCH, f"{keyword} changed", pair.location(keyword))
    for keyword in _CONTENT:
        old, new = content(pair.old, keyword), content(pair.new, keyword)
        if old != new:
            what = f"{keyword} {', '.join(old) or 'none'} -> {', '.join(new) or 'none'}"
            yield pair.change_of(Bump.PATCH, what, pair.location(keyword))
    if (after := pair.new.flag("deprecated")) != pair.old.flag("deprecated"):
        yield pair.change_of(*_deprecation(deprecated=after), pair.location("deprecated"))


def _deprecation(*, deprecated: bool) -> tuple[Bump, str]:
    return (Bump.MINOR, "deprecated") if deprecated else (Bump.PATCH, "no longer deprecated")


def content(schema: Schema, keyword: str) -> list[str]:
    """The values of a content annotation; `format: byte` of OpenAPI 3.0 counts as `contentEncoding: base64`."""
    formats = [node.value for node in schema.nodes("format") if node.value not in ASSERTED]
    if keyword == "format":
        return sorted({canonical_json(value) for value in formats if value != "byte"})
    implied = ["base64"] if keyword == "contentEncoding" and "byte" in formats else []
    return sorted({canonical_json(value) for value in (*implied, *(node.value for node in schema.nodes(keyword)))})


def _texts(schema: Schema, keyword: str) -> list[str]:
    return sorted(canonical_json(node.value) for node in schema.nodes(keyword))


def deprecation(old: Node, new: Node, prefix: str = "") -> Iterator[Change]:
    """Of an operation, parameter or header."""
    before, after = old.value.get("deprecated") is True, new.value.get("deprecated") is True
    if before != after:
        bump, what = _deprecation(deprecated=after)
        yield Change(bump, Location.of(new.raw_child("deprecated") if after else new), f"{prefix}{what}")


def default(pair: Pair, old: Sequence[Node], new: Sequence[Node], *, optional: bool) -> Iterator[Change]:
    """A changed or removed default is major, it changes the meaning of existing requests; a new one is minor.

    A default of a value that cannot be omitted never applies: patch.
    """
    before, after = [canonical_json(node.value) for node in old], [canonical_json(node.value) for node in new]
    if before != after:
        location = Location.of(new[0]) if new else Location.of(old[0], old=True)
        bump = (Bump.MAJOR if old else Bump.MINOR) if optional else Bump.PATCH
        breaks = "clients that omit it" if pair.direction == "request" else "clients that fill in omitted values"
        yield pair.change_of(bump, f"default {', '.join(before) or 'none'} -> {', '.join(after) or 'none'}", location, breaks)


def documentation(old: Node, new: Node, keywords: tuple[str, ...], prefix: str = "") -> Iterator[Change]:
    """The keywords of any object that validation ignores."""
    for keyword in keywords:
        if canonical_json(old.value.get(keyword)) != canonical_json(new.value.get(keyword)):
            yield Change(Bump.PATCH, Location.of_keyword(old, new, keyword), f"{prefix}{keyword} changed")
