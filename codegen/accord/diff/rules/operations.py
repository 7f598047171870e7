"""Operations: which old one is which new one, and what is different in it.

An operation is known by its method and its path with the names of the path's parameters left out. A changed `operationId` or
path parameter's name leaves the wire as it was, and breaks generated clients, which call both by name: major.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from accord.diff.findings import Change, Direction, Place, Rating
from accord.diff.model.walk import Pair, Walk
from accord.diff.rules.annotations import deprecated, texts
from accord.diff.rules.bodies import body
from accord.diff.rules.parameters import effective, parameters
from accord.diff.rules.responses import responses
from accord.diff.rules.security import security
from accord.diff.rules.servers import own_servers
from accord.document.document import Node
from accord.document.references import METHODS

_PLACEHOLDER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path item; `label` is what it is called in messages."""

    label: str
    path: str
    item: Node
    node: Node


def operations(paths: Node | None, prefix: str = "") -> dict[str, Operation]:
    """All operations of a mapping of path items, by what clients know them by."""
    found: dict[str, Operation] = {}
    members = () if paths is None else paths.named() if paths.pointer[-1] == "webhooks" else paths.items()
    for path, item in members:
        for method in METHODS:
            if (node := item.get(method)) is not None:
                identity = node.value.get("operationId")
                label = identity if isinstance(identity, str) else f"{method.upper()} {path}"
                known = (
                    _PLACEHOLDER.sub("{}", path) if path.startswith("/") else path
                )  # else a name, or a callback's expression
                found[f"{method.upper()} {known}"] = Operation(prefix + label, path, item, node)
    return found


def added_and_removed(
    old: dict[str, Operation], new: dict[str, Operation], direction: Direction, kind: str
) -> Iterator[tuple[str, Change]]:
    """With the label of the operation that each one is about."""
    breaks = "clients that call it" if direction == "request" else "clients that wait for it"
    for key, operation in old.items():
        if key not in new:
            yield operation.label, Change(Rating.MAJOR, Place.of(operation.node, old=True), f"{kind} {key} removed", breaks)
    for key, operation in new.items():
        if key not in old:
            yield operation.label, Change(Rating.MINOR, Place.of(operation.node), f"{kind} {key} added")


def compare(walk: Walk, old: Operation, new: Operation, direction: Direction) -> Iterator[Change | Pair]:
    """One operation; `direction` is that of its request."""
    yield from _names(old, new)
    before, after = effective(old.path, (old.item, old.node)), effective(new.path, (new.item, new.node))
    yield from parameters(walk, before, after, direction)
    yield from body(walk, old.node, new.node, direction)
    yield from responses(walk, old.node, new.node, direction)
    yield from security(old.node, new.node, direction)
    yield from own_servers(old.item, new.item, old.node, new.node)
    yield from texts(
        old.node, new.node, ("summary", "description", "tags", "externalDocs", "x-accord-sunset", "x-accord-deprecation")
    )
    yield from texts(old.item, new.item, ("summary", "description"))
    yield from deprecated(old.node, new.node)


def _names(old: Operation, new: Operation) -> Iterator[Change]:
    breaks = "generated clients, which call it by name"
    before, after = old.node.value.get("operationId"), new.node.value.get("operationId")
    if before != after and before is not None:
        place = Place.of(new.node.raw_child("operationId")) if after is not None else Place.of(new.node)
        yield Change(Rating.MAJOR, place, f"operationId {before} -> {after or 'none'}", breaks)
    elif before != after:
        yield Change(Rating.PATCH, Place.of(new.node.raw_child("operationId")), f"operationId {after} given")
