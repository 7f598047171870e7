"""Operations: which ones correspond, and the changes of each.

An operation is identified by its method and its path without the names of the path parameters. A changed `operationId` or name
of a path parameter does not change the messages, but it breaks generated clients, which use both names: major.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from accord.diff.findings import Bump, Change, Location
from accord.diff.model.walk import Pair, Walk
from accord.diff.rules.annotations import deprecation, documentation
from accord.diff.rules.bodies import request_body
from accord.diff.rules.parameters import effective_parameters, parameters
from accord.diff.rules.responses import responses
from accord.diff.rules.security import security
from accord.diff.rules.servers import effective_servers
from accord.document.document import Node
from accord.document.references import METHODS
from accord.jsonschema.read_write_only import Direction

_PLACEHOLDER = re.compile(r"\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path item; `label` is its name in messages."""

    label: str
    path: str
    item: Node
    node: Node


def operations(paths: Node | None, prefix: str = "") -> dict[str, Operation]:
    """All operations in a mapping of path items, by their identities; `prefix` begins their labels."""
    found: dict[str, Operation] = {}
    path_items = () if paths is None else paths.named() if paths.pointer[-1] == "webhooks" else paths.items()
    for path, item in path_items:
        # Only paths have placeholders: a webhook has a name, a callback a runtime expression.
        identity = _PLACEHOLDER.sub("{}", path) if path.startswith("/") else path
        for method in METHODS:
            if (node := item.get(method)) is not None:
                operation_id = node.value.get("operationId")
                label = operation_id if isinstance(operation_id, str) else f"{method.upper()} {path}"
                found[f"{method.upper()} {identity}"] = Operation(prefix + label, path, item, node)
    return found


def added_and_removed(
    old: dict[str, Operation], new: dict[str, Operation], direction: Direction, kind: str
) -> Iterator[tuple[str, Change]]:
    """Each change with the label of its operation."""
    breaks = "clients that call it" if direction == "request" else "clients that receive it"
    yield from ((one.label, Change.removed(one.node, f"{kind} {key}", breaks)) for key, one in old.items() if key not in new)
    yield from ((one.label, Change.added(one.node, f"{kind} {key}")) for key, one in new.items() if key not in old)


def compare(walk: Walk, old: Operation, new: Operation, direction: Direction) -> Iterator[Change | Pair]:
    """The changes of one operation; `direction` is that of its request."""
    yield from _operation_id(old, new)
    before, after = effective_parameters(old.path, old.item, old.node), effective_parameters(new.path, new.item, new.node)
    yield from parameters(walk, before, after, direction)
    yield from request_body(walk, old.node, new.node, direction)
    yield from responses(walk, old.node, new.node, direction)
    yield from security(old.node, new.node, direction)
    yield from effective_servers(old.item, new.item, old.node, new.node)
    keywords = ("summary", "description", "tags", "externalDocs", "x-accord-sunset", "x-accord-deprecation")
    yield from documentation(old.node, new.node, keywords)
    yield from documentation(old.item, new.item, ("summary", "description"))
    yield from deprecation(old.node, new.node)


def _operation_id(old: Operation, new: Operation) -> Iterator[Change]:
    before, after = old.node.value.get("operationId"), new.node.value.get("operationId")
    if before == after:
        return
    node = new.node.raw_child("operationId") if after is not None else new.node
    if before is None:
        yield Change.added(node, f"operationId {after}", bump=Bump.PATCH)
    else:
        breaks = "generated clients, which call it by name"
        yield Change(Bump.MAJOR, Location.of(node), f"operationId {before} -> {after or 'none'}", breaks)
