"""`not`, and `if` with `then` and `else`."""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import Change, Place
from accord.diff.model.schema import Schema, Schemas
from accord.diff.model.walk import Pair
from accord.document.document import Node


def negations(pair: Pair) -> Iterator[Change | Pair]:
    """What is forbidden: there, to allow more is to forbid more."""
    old, new = pair.old.nodes("not"), pair.new.nodes("not")
    olds, news = pair.walk.old, pair.walk.new
    for node in list(old):
        same = next((other for other in new if pair.walk.look_alike(olds.of(node), news.of(other))), None)
        if same is not None:
            old.remove(node)
            new.remove(same)
            yield pair.inner(olds.of(node), news.of(same), flip=True)
    if len(old) == len(new) == 1:
        yield pair.inner(olds.of(old[0]), news.of(new[0]), flip=True)
        return
    for node in old:
        yield pair.change("wider", "`not` removed", Place.of(node, old=True))
    for node in new:
        yield pair.change("narrower", "`not` added", Place.of(node))


def conditions(pair: Pair) -> Iterator[Change | Pair]:
    """What differs in a condition changes for which values the rest holds, so it counts both ways."""
    old, new = _conditions(pair.old.parts), _conditions(pair.new.parts)
    olds, news = pair.walk.old, pair.walk.new
    if len(old) != len(new):
        added = len(new) > len(old)
        node = (new if added else old)[-1].raw_child("if")
        what = f"condition {'added' if added else 'removed'}"
        yield pair.change("narrower" if added else "wider", what, Place.of(node, old=not added))
        return
    for before, after in zip(old, new, strict=True):
        for key in ("if", "then", "else"):
            yield pair.inner(_of(olds, before, key), _of(news, after, key))
        yield pair.inner(_of(olds, before, "if"), _of(news, after, "if"), flip=True)


def _conditions(parts: tuple[Node, ...]) -> list[Node]:
    return [part for part in parts if "if" in part.value and ("then" in part.value or "else" in part.value)]


def _of(schemas: Schemas, part: Node, key: str) -> Schema:
    return schemas.of(part.raw_child(key) if key in part.value else None)
