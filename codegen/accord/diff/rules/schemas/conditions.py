"""`not`, and `if` with `then` and `else`."""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Change, Location
from accord.diff.model.walk import Pair
from accord.document.document import Node
from accord.jsonschema.schema import subschemas


def negations(pair: Pair) -> Iterator[Change | Pair]:
    """`not`: a wider schema there rejects more values."""
    old, new = pair.old.nodes("not"), pair.new.nodes("not")
    walk = pair.walk
    for node in list(old):
        same = next((other for other in new if walk.similar(walk.old.of(node), walk.new.of(other))), None)
        if same is not None:
            old.remove(node)
            new.remove(same)
            yield pair.child_at([node], [same], invert=True)
    if len(old) == len(new) == 1:
        yield pair.child_at(old, new, invert=True)
        return
    for node in old:
        yield pair.change("wider", "`not` removed", Location.of(node, old=True))
    for node in new:
        yield pair.change("narrower", "`not` added", Location.of(node))


def conditions(pair: Pair) -> Iterator[Change | Pair]:
    """`if`: a change moves values from `then` to `else` or back, so it counts in both directions."""
    old, new = _conditions(pair.old.parts), _conditions(pair.new.parts)
    if len(old) != len(new):
        added = len(new) > len(old)
        node = (new if added else old)[-1].raw_child("if")
        what = f"`if` {'added' if added else 'removed'}"
        yield pair.change("narrower" if added else "wider", what, Location.of(node, old=not added))
        return
    for before, after in zip(old, new, strict=True):
        for keyword, invert in (("if", False), ("then", False), ("else", False), ("if", True)):
            yield pair.child_at(subschemas(before, keyword), subschemas(after, keyword), invert=invert)


def _conditions(parts: tuple[Node, ...]) -> list[Node]:
    return [part for part in parts if "if" in part.value and ("then" in part.value or "else" in part.value)]
