"""Suggests readings that would adopt a finding, by its place in the document."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Iterator
from typing import Any

from accord.document.adoption.places import pointer_of
from accord.document.adoption.readings import REASONS, Reading, Word
from accord.document.document import Document, DocumentError, Node
from accord.document.findings import Finding
from accord.document.pointer import Pointer, value_at
from accord.document.references import METHODS
from accord.openapi.keywords.objects import OBJECTS, children

# Keywords that an object needs; and values for others that are missing.
_ESSENTIAL = {
    "parameter": {"name", "in", "required"},
    "operation": {"requestBody"},
    "media type": set[str](),
    "security scheme": {"type", "name", "in", "scheme", "flows"},
    "server": {"url"},
    "link": {"operationId", "operationRef"},
    "discriminator": {"propertyName"},
    "tag": {"name"},
}
_MISSING: dict[str, Any] = {
    **dict.fromkeys(("description", "title", "version", "name", "default"), ""),
    **{name: {} for name in ("scopes", "paths", "content")},
    "url": "/",
    "responses": {"default": {"description": ""}},
    "info": {"title": "", "version": ""},
}
_NEEDED = {  # but they may be empty
    "document": {"info", "paths"},
    "info": {"title", "version"},
    "license": {"name"},
    "operation": {"responses"},
    "response": {"description"},
}
_NOT_SERVED = {
    "parameter": "The parameter is not served.",
    "media type": "The media type is not served.",
    "operation": "The operation is not served.",
    "path item": "The path is not served.",
    "request body": "The operation takes no body.",
    "response": "The response is not documented.",
    "header": "The header is not described.",
    "security scheme": "Operations that need this scheme are not served.",
    "link": "The link is left out.",
    "callback": "The callback is left out.",
}
_UNITS = {*_NOT_SERVED, "server", "server variable", "tag", "example", "encoding", "external documentation", "discriminator"}


def suggested(  # noqa: PLR0913 - what is known of a fault
    document: Document,
    pointer: Pointer,
    text: str,
    own: tuple[tuple[Word, Pointer], ...] = (),
    *,
    missing: str = "",
    mistyped: bool = False,
) -> Finding:
    """A finding with the readings that would adopt it: its `own`, then those around its place, from the inside out.

    `missing` is the member that the object lacks; `mistyped` is for a value of another type.
    """
    fault = _without_remedy(text)
    readings: dict[str, Reading] = {}
    around = _around(document, pointer, missing, mistyped=mistyped)
    for word, place, value in (*((word, place, None) for word, place in own), *around):
        name = document.place(place)
        try:
            found = pointer_of(document.original, name)
            value_at(document.original, found[:-1] if word == "set" else found)
        except KeyError:
            continue
        reason = REASONS[word]
        if word == "drop":
            reason = _NOT_SERVED.get(objects(document).get(place, ""), reason)
        readings.setdefault(name, Reading(name, word, value, fault, reason))
    return Finding(document.where(pointer), text, pointer, tuple(readings.values()))


def _without_remedy(text: str) -> str:
    """What is wrong, without the remedy."""
    ends = [found.start() for found in re.finditer(": ", text)]
    return next((text[:end] for end in reversed(ends) if text.count("`", 0, end) % 2 == 0), text)


def _around(document: Document, pointer: Pointer, missing: str, *, mistyped: bool) -> Iterator[tuple[Word, Pointer, Any]]:
    """Readings for a place: of a keyword, of its object, and of the objects around it."""
    known = objects(document)
    if missing == "required" and known.get(pointer) == "parameter":
        yield "set", (*pointer, missing), True
    elif missing in _MISSING and known.get(pointer) not in ("schema", "parameter", "header", None):
        yield "set", (*pointer, missing), _MISSING[missing]
    elif mistyped and pointer and pointer[-1] in _NEEDED.get(known.get(pointer[:-1], ""), ()):
        yield "set", pointer, _MISSING[str(pointer[-1])]
    if known.get(pointer) is None and known.get(pointer[:-1]) is None and len(pointer) > 1:
        yield "drop", pointer, None  # part of the value of a keyword
    for end in range(len(pointer), 0, -1):
        place, kind = pointer[:end], known.get(pointer[:end])
        owner = known.get(place[:-1])
        if kind == "media type" and known.get(place[:-2]) in ("parameter", "header"):
            continue  # the only one
        if kind == "schema":
            yield "set", place, {}
        elif kind in _UNITS or (kind is None and owner is not None and _is_optional(owner, str(place[-1]))):
            yield "drop", place, None
    if _is_nothing(document, pointer):
        yield "drop", pointer, None


def _is_nothing(document: Document, place: Pointer) -> bool:
    """Whether `components` or one of its members is not a mapping, or a `$ref` is not text."""
    try:
        value = value_at(document.whole, place)
    except KeyError:
        return False
    if place[-1:] == ("$ref",):
        return not isinstance(value, str)
    is_map = place[:1] == ("components",) and len(place) <= len(("components", "schemas"))
    return is_map and not isinstance(value, dict)


def _is_optional(kind: str, keyword: str) -> bool:
    if keyword == "$ref" and kind != "schema":
        return False
    if kind in ("document", "components", "info"):
        return keyword not in ("openapi", "info", "paths", "components", "title", "version", *OBJECTS["components"])
    return keyword not in _ESSENTIAL.get(kind, ()) and keyword not in METHODS and keyword not in ("content", "responses")


def explained(document: Document, error: DocumentError) -> Iterator[Finding]:
    """The findings of an error, with readings that would adopt them."""
    for finding in error.findings:
        pointer = finding.pointer
        if pointer is None:  # the outermost object in the line
            pointer = min((p for p in objects(document) if p and document.where(p) == finding.where), key=len, default=None)
        if finding.readings or pointer is None:
            yield finding
        else:
            yield suggested(document, pointer, finding.text)._replace(where=finding.where)


@functools.lru_cache(maxsize=4)
def objects(document: Document) -> dict[Pointer, str]:
    """The kind of every object of a document, other files included."""
    found: dict[Pointer, str] = {}
    waiting = [("document", document.root)]
    for kind, node in waiting:  # which grows
        if node.pointer in found or not isinstance(node.value, dict):
            continue
        found[node.pointer] = kind
        if node.reference is not None:
            try:
                waiting.append((kind, document.at(node.reference, node)))
            except DocumentError:
                continue
        if kind == "callback":
            waiting += [("path item", node.raw_child(expression)) for expression in node.value]
            continue
        for keyword in node.value:
            known = OBJECTS[kind].get(keyword)
            if known is not None and known.kind and keyword != "$ref":
                with contextlib.suppress(DocumentError):
                    waiting += [(known.kind, child) for child in children(known, node, keyword)]
    return found


def nodes(document: Document) -> Iterator[tuple[str, Node]]:
    """Every object of a document with its kind."""
    for pointer, kind in objects(document).items():
        yield kind, document.node(pointer)
