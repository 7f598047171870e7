"""What is said beside what is allowed: texts, examples and annotations, patch; a deprecation, which announces a removal, minor.

`contentEncoding` and its siblings, and formats that no validator knows, are annotations too (JSON Schema 2020-12, Validation,
7.2.3 and 8). For the parts of a multipart body `bodies` compares them.
"""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Change, Place, Rating
from accord.diff.model.schema import Schema
from accord.diff.model.walk import Pair
from accord.document.document import Node
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.formats import ASSERTED

_CONTENTS = ("contentEncoding", "contentMediaType", "contentSchema", "format")
_WORDS = ("title", "description", "example", "examples", "externalDocs", "xml", "$comment")


def words(pair: Pair) -> Iterator[Change]:
    """Of a schema."""
    for keyword in _WORDS:
        if _texts(pair.old, keyword) != _texts(pair.new, keyword):
            yield pair.rated(Rating.PATCH, f"{keyword} changed", pair.place(keyword))
    for keyword in _CONTENTS:
        old, new = contents(pair.old, keyword), contents(pair.new, keyword)
        if old != new:
            what = f"{keyword} {', '.join(old) or 'none'} -> {', '.join(new) or 'none'}"
            yield pair.rated(Rating.PATCH, what, pair.place(keyword))
    if (deprecated := pair.new.flag("deprecated")) != pair.old.flag("deprecated"):
        what = "deprecated" if deprecated else "no longer deprecated"
        yield pair.rated(Rating.MINOR if deprecated else Rating.PATCH, what, pair.place("deprecated"))


def contents(schema: Schema, keyword: str) -> list[str]:
    """What a schema says of the content of strings; OpenAPI 3.0 writes `format: byte` for `contentEncoding: base64`."""
    formats = [node.value for node in schema.nodes("format") if node.value not in ASSERTED]
    if keyword == "format":
        return sorted({canonical_json(value) for value in formats if value != "byte"})
    implied = ["base64"] if keyword == "contentEncoding" and "byte" in formats else []
    return sorted({canonical_json(value) for value in (*implied, *(node.value for node in schema.nodes(keyword)))})


def _texts(schema: Schema, keyword: str) -> list[str]:
    return sorted(canonical_json(node.value) for node in schema.nodes(keyword))


def deprecated(old: Node, new: Node, name: str = "") -> Iterator[Change]:
    """Of operations, parameters and headers."""
    before, after = old.value.get("deprecated") is True, new.value.get("deprecated") is True
    if before != after:
        rating, what = (Rating.MINOR, "deprecated") if after else (Rating.PATCH, "no longer deprecated")
        yield Change(rating, Place.of(new.raw_child("deprecated") if after else new), f"{name}{what}")


def texts(old: Node, new: Node, keywords: tuple[str, ...], name: str = "") -> Iterator[Change]:
    """Of anything else."""
    for keyword in keywords:
        if canonical_json(old.value.get(keyword)) != canonical_json(new.value.get(keyword)):
            written = keyword in new.value
            place = Place.of((new if written else old).raw_child(keyword), old=not written)
            yield Change(Rating.PATCH, place, f"{name}{keyword} changed")
