"""Keyword coverage: for every keyword of a document, where it is written and what enforces it.

A keyword that nothing enforces stops generation and start until a reading of it is adopted (`accord.document.adoption`);
readings are part of the report.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field

from accord.document.document import Document, Node
from accord.document.findings import Finding
from accord.document.pointer import Pointer, fragment
from accord.openapi.keywords.enforcement import Enforcement, Enforcer
from accord.openapi.keywords.objects import OBJECTS, children, enforcement_of, is_left_out
from accord.openapi.keywords.suggestions import suggested


@dataclass(slots=True)
class Entry:
    """One keyword at the place where it is written; a shared schema may have several enforcers."""

    kind: str  # of the object that has the keyword
    node: Node  # that object
    keyword: str
    by: set[Enforcer] = field(default_factory=set)
    remark: str = ""

    @property
    def pointer(self) -> Pointer:
        """The place of the keyword."""
        return (*self.node.pointer, self.keyword)

    @property
    def reference(self) -> str:
        """The place: `#/components/schemas/Pet/$id`."""
        return fragment(self.pointer)

    @property
    def where(self) -> str:
        """`openapi.yaml:LINE`."""
        return self.node.document.where(self.pointer)


# The member of `components` for each kind.
_SECTIONS = {known.kind: section for section, known in OBJECTS["components"].items()}


def _is_elsewhere(kind: str, pointer: Pointer) -> bool:
    """Whether a place cannot hold this kind: a component of another kind, or a member of the document itself."""
    match pointer:
        case ("components", section, _):
            return section != _SECTIONS.get(kind, section) and not str(section).startswith("x-")
        case () | (_,) | ("components", _):
            return not (pointer and str(pointer[-1]).startswith("x-"))
    return False


class KeywordCoverage:
    """All entries of a document in the order of lines. The document should be valid OpenAPI."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._entries: dict[Pointer, Entry] = {}
        self._seen: set[tuple[str, bool, Pointer]] = set()
        self._unsupported: dict[Pointer, Enforcement] = {}
        self._walk("document", document.root, used=True)
        # Components that no operation uses are listed as documentation.
        components = document.root.get("components")
        if components is not None:
            self._members("components", components, used=False)
        self.readings = [
            (document.written_at(pointer), f"{reading.place}: {reading.word}", reading.reason)
            for pointer, reading in document.adopted.applied
        ]

    @functools.cached_property
    def entries(self) -> list[Entry]:
        """All keywords."""
        return self._in_order(self._entries.values())

    def written(self, *keywords: str) -> list[Entry]:
        """Where these keywords are written."""
        return self._in_order(entry for entry in self._entries.values() if entry.keyword in keywords)

    def _in_order(self, entries: Iterable[Entry]) -> list[Entry]:
        return sorted(entries, key=lambda entry: (_file(entry), self._document.line(entry.pointer)))

    def unsupported(self) -> list[Finding]:
        """The keywords that nothing enforces."""
        found = []
        for entry in self._in_order(entry for entry in self._entries.values() if "unsupported" in entry.by):
            if self._document.adopted.origin(entry.pointer) not in self._document.adopted.kept:
                enforcement = self._unsupported[entry.pointer]
                own = (enforcement.reading, entry.node.pointer if enforcement.owner else entry.pointer)
                found.append(suggested(self._document, entry.pointer, enforcement.remark, (own,)))
        return found

    def _walk(self, kind: str, node: Node, *, used: bool) -> None:
        """Record the keywords of an object and of the objects under it."""
        if not isinstance(node.value, dict) or (kind, used, node.pointer) in self._seen:
            return
        self._seen.add((kind, used, node.pointer))
        if kind == "callback" and node.reference is None:
            for expression in node.value:
                self._note(kind, node, expression, Enforcement("type", "the URL, from the request that subscribed"), used=used)
                self._walk("path item", node.raw_child(expression), used=used)
            return
        self._members(kind, node, used=used)
        if node.reference is not None:
            target = self._document.at(node.reference, node)
            if _is_elsewhere(kind, target.pointer):
                text = f"$ref {node.reference!r} does not lead to a {kind}: correct the reference"
                self._note(kind, node, "$ref", Enforcement("unsupported", text, owner=kind != "schema"), used=used)
                return
            self._walk(kind, target, used=used)

    def _members(self, kind: str, node: Node, *, used: bool) -> None:
        for keyword in node.value:
            known = OBJECTS[kind].get(keyword)
            if kind == "document" and keyword == "x-accord-files":
                continue
            self._note(kind, node, keyword, enforcement_of(kind, node, keyword), used=used)
            # Components are recorded where they are used.
            if known is not None and known.kind and not (keyword == "components" and used) and keyword != "$ref":
                for child in children(known, node, keyword):
                    self._walk(known.kind, child, used=used and not is_left_out(kind, node))

    def _note(self, kind: str, node: Node, keyword: str, enforcement: Enforcement | None, *, used: bool) -> None:
        pointer = (*node.pointer, keyword)
        if (entry := self._entries.get(pointer)) is None:
            entry = self._entries[pointer] = Entry(kind, node, keyword)
        if enforcement is None:
            text = f"the keyword {keyword!r} is unknown to OpenAPI {self._document.version}: correct it, or begin it with `x-`"
            enforcement = Enforcement("unsupported", text)
        if enforcement.by == "unsupported":
            self._unsupported[pointer] = enforcement
        if used or enforcement.by == "unsupported" or not entry.by:
            if not used and enforcement.by != "unsupported":
                enforcement = Enforcement("documentation", "not used by any operation")
            entry.by.add(enforcement.by)
            entry.remark = enforcement.remark or entry.remark


def _file(entry: Entry) -> tuple[bool, str]:
    name = entry.where.rpartition(":")[0]
    return name != entry.node.document.name, name
