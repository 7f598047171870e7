"""The ledger: for every keyword of a document, where it is written and who enforces it. Nothing is lost silently.

What nobody enforces makes generation and start fail, unless it is waived with a reason: in the document, by
`x-waivers: {"#/components/schemas/Pet/$id": "the id is for another tool"}`, or by whoever uses a document of others. A waiver
that names a keyword alone is for every place of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.engine.document import Document, Node
from app.engine.grammar import OBJECTS, Enforcer, Said, children, is_left_out, said
from app.engine.text import Pointer, escaped

WAIVERS = "x-waivers"


@dataclass(slots=True)
class Entry:
    """One keyword where it is written; a shared schema may have several enforcers, by the places that use it."""

    node: Node  # of the object that has the keyword
    keyword: str
    by: set[Enforcer] = field(default_factory=set)
    remark: str = ""

    @property
    def pointer(self) -> Pointer:
        """The place of the keyword."""
        return (*self.node.pointer, self.keyword)

    @property
    def reference(self) -> str:
        """The place as a waiver names it: `#/components/schemas/Pet/$id`."""
        return "#" + "".join(f"/{escaped(key)}" for key in self.pointer)

    @property
    def where(self) -> str:
        """`openapi.yaml:LINE`."""
        return self.node.document.where(self.pointer)


# Where the components of each kind stand.
_SECTIONS = {known.kind: section for section, known in OBJECTS["components"].items()}


def _is_elsewhere(kind: str, pointer: Pointer) -> bool:
    """Whether a place holds something else for certain: a component of another kind, or a part of the document's head."""
    match pointer:
        case ("components", section, _):
            return section != _SECTIONS.get(kind, section) and not str(section).startswith("x-")
        case () | (_,) | ("components", _):
            return not (pointer and str(pointer[-1]).startswith("x-"))
    return False


class Ledger:
    """All entries of a document in the order of its lines. The document is taken to be valid OpenAPI."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._entries: dict[Pointer, Entry] = {}
        self._seen: set[tuple[str, bool, Pointer]] = set()
        self._walk("document", document.root, used=True)
        # What no operation uses is there for readers; it is listed, and no promise is made of it.
        components = document.root.get("components")
        if components is not None:
            self._members("components", components, used=False)
        self.entries = sorted(self._entries.values(), key=lambda entry: (_file(entry), document.line(entry.pointer)))

    def waive(self, waivers: Mapping[str, str]) -> list[str]:
        """What nobody enforces and nobody waives, and waivers of nothing, as `openapi.yaml:LINE: what: how to mend it`.

        The entries that are waived tell the reason from now on.
        """
        written: dict[str, str] = {**self._document.data.get(WAIVERS, {}), **waivers}
        found, used = [], set()
        for entry in self.entries:
            if "unsupported" not in entry.by:
                continue
            name = next((name for name in (entry.reference, entry.keyword) if str(written.get(name) or "").strip()), None)
            if name is None:
                found.append(f"{entry.where}: {entry.remark}")
            else:
                used.add(name)
                entry.remark = f"waived: {written[name]}"
        for name in written:
            if name not in used:
                where = self._document.where((WAIVERS, name))
                found.append(f"{where}: the waiver of {name!r} waives nothing, or gives no reason: remove it, or give one")
        return found

    def _walk(self, kind: str, node: Node, *, used: bool) -> None:
        """Note the keywords of one object and of what it leads to."""
        kind, outward = kind.removeprefix("outward "), kind.startswith("outward ")
        if not isinstance(node.value, dict) or (kind, used, node.pointer) in self._seen:
            return
        self._seen.add((kind, used, node.pointer))
        if kind == "callback" and node.reference is None:
            for expression in node.value:
                self._note(node, expression, Said("type", "the address, from the request that subscribed"), used=used)
                self._walk("outward path item", node.raw_child(expression), used=used)
            return
        self._members(kind, node, used=used, outward=outward)
        if node.reference is not None:
            target = self._document.at(node.reference, node)
            if _is_elsewhere(kind, target.pointer):
                text = f"$ref {node.reference!r} leads to no {kind}: correct the reference"
                self._note(node, "$ref", Said("unsupported", text), used=used)
                return
            self._walk(kind, target, used=used)

    def _members(self, kind: str, node: Node, *, used: bool, outward: bool = False) -> None:
        for keyword in node.value:
            known = OBJECTS[kind].get(keyword)
            if kind == "document" and keyword in ("x-files", WAIVERS):
                continue
            self._note(node, keyword, said(kind, node, keyword), used=used)
            # Components are noted where they are used.
            if known is not None and known.kind and not (keyword == "components" and used) and keyword != "$ref":
                for child in children(known, node, keyword):
                    name = f"outward {known.kind}" if outward and known.kind == "operation" else known.kind
                    self._walk(name, child, used=used and not is_left_out(kind, node))

    def _note(self, node: Node, keyword: str, verdict: Said | None, *, used: bool) -> None:
        entry = self._entries.setdefault((*node.pointer, keyword), Entry(node, keyword))
        if verdict is None:
            text = f"the keyword {keyword!r} is unknown to OpenAPI {self._document.version}: correct it, or begin it with `x-`"
            verdict = Said("unsupported", text)
        if used or verdict.by == "unsupported" or not entry.by:
            if not used and verdict.by != "unsupported":
                verdict = Said("documentation", "no operation uses it")
            entry.by.add(verdict.by)
            entry.remark = verdict.remark or entry.remark


def _file(entry: Entry) -> tuple[bool, str]:
    name = entry.where.rpartition(":")[0]
    return name != entry.node.document.name, name
