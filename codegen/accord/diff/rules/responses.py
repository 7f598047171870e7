"""Responses: statuses, headers, bodies, links.

A success response that is added or removed breaks clients; an error of a class that they handle does not: RFC 9110, 15 asks
clients to treat an unknown 4xx as 400. A status that is no longer listed is compared with its range or `default`, if any.
"""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import BREAKS, Bump, Change, Location, bump_for, opposite
from accord.diff.model.walk import Pair, Walk
from accord.diff.rules.annotations import deprecation, documentation
from accord.diff.rules.bodies import media_types, schema
from accord.document.document import Node
from accord.jsonschema.equality import canonical_json
from accord.jsonschema.read_write_only import Direction


def responses(walk: Walk, old: Node, new: Node, direction: Direction) -> Iterator[Change | Pair]:
    """The changes of the responses of an operation; `direction` is that of its request."""
    before, after = _statuses(old), _statuses(new)
    back = opposite(direction)
    for status, node in before.items():
        if (partner := _covering(status, after)) is not None:
            yield from _response(walk, node, after[partner], back, f"response {status}: ")
            continue
        # The receiver of a webhook sends its responses: for it, any status that is no longer accepted is breaking.
        left = [other for other in after if status.endswith("XX") and other[0] == status[0]]
        bump = Bump.MAJOR if (_is_success(status, before) and not left) or back == "request" else Bump.MINOR
        what = f"response {status} narrowed to {', '.join(left)}" if left else f"response {status} removed"
        yield Change(bump, Location.of(node, old=True), what, BREAKS[back])
    for status, node in after.items():
        if status in before:
            continue
        if (partner := _covering(status, before)) is not None:
            yield from _response(walk, before[partner], node, back, f"response {status}: ")
            continue
        bump = bump_for("wider", back) if _is_success(status, after) else Bump.MINOR
        yield Change.added(node, f"response {status}", BREAKS[back], bump)


def _statuses(node: Node) -> dict[str, Node]:
    found = node.get("responses")
    return {name if name == "default" else name.upper(): found.raw_child(name) for name, _ in found.items()} if found else {}


def _covering(status: str, others: dict[str, Node]) -> str | None:
    """The status itself, its range, or `default`, which covers only errors if a success is listed."""
    rest = "default" if not _is_success(status, others) or _is_success("default", others) else ""
    return next((text for text in (status, f"{status[0]}XX", rest) if text in others), None)


def _is_success(status: str, listed: dict[str, Node]) -> bool:
    """Whether it is not an error; `default` is one if a success is listed."""
    return status[0] in "123" or (status == "default" and not any(other[0] in "23" for other in listed))


def _response(walk: Walk, old: Node, new: Node, direction: Direction, prefix: str) -> Iterator[Change | Pair]:
    old, new = old.resolved(), new.resolved()
    yield from media_types(walk, (old, new), direction, prefix, negotiated=True)
    yield from _headers(walk, old, new, direction, prefix)
    yield from _links(old, new, direction, prefix)
    yield from documentation(old, new, ("description", "summary"), prefix)


def _headers(walk: Walk, old: Node, new: Node, direction: Direction, prefix: str) -> Iterator[Change | Pair]:
    before, after = _by_name(old), _by_name(new)
    for name in before | after:
        node = after.get(name) or before[name]
        what = f"{prefix}header {node.pointer[-1]}"
        if name not in after:
            yield Change.removed(node, what, "clients that read it", _loss(direction))
        elif name in before:
            yield from _header(walk, before[name].resolved(), node.resolved(), direction, what)
        else:
            # The receiver of a webhook or callback must now send this header in its response.
            required = direction == "request" and node.resolved().value.get("required") is True
            yield Change.added(node, what, "clients that do not send it", Bump.MAJOR if required else Bump.MINOR)


def _loss(direction: Direction) -> Bump:
    """The bump for a removed header or link; the receiver of a webhook may still send it."""
    return Bump.MAJOR if direction == "response" else Bump.MINOR


def _header(walk: Walk, old: Node, new: Node, direction: Direction, name: str) -> Iterator[Change | Pair]:
    required = new.value.get("required") is True
    if required != (old.value.get("required") is True):
        bump = bump_for("narrower" if required else "wider", direction)
        location = Location.of(new.raw_child("required") if required else new)
        yield Change(bump, location, f"{name} is {'now' if required else 'no longer'} always sent", BREAKS[direction])
    yield walk.pair(schema(old), schema(new), direction, Location.of(new))
    yield from documentation(old, new, ("description", "example", "examples"), f"{name}: ")
    yield from deprecation(old, new, f"{name}: ")


def _by_name(node: Node) -> dict[str, Node]:
    """Headers by lower-case name, without `Content-Type`: the media types define it."""
    found = node.get("headers")
    return {name.lower(): found.raw_child(name) for name, _ in found.named() if name.lower() != "content-type"} if found else {}


def _links(old: Node, new: Node, direction: Direction, prefix: str) -> Iterator[Change]:
    """Links, which helpers in generated clients follow."""
    before, after = (dict(links.named()) if (links := node.get("links")) else {} for node in (old, new))
    breaks = "clients that follow it"
    for name in before | after:
        what = f"{prefix}link {name}"
        if name not in after:
            yield Change.removed(before[name], what, breaks, _loss(direction))
        elif name not in before:
            yield Change.added(after[name], what)
        elif _target(before[name]) != _target(after[name]):
            yield Change(_loss(direction), Location.of(after[name]), f"{what} has another target", breaks)


def _target(node: Node) -> str:
    return canonical_json({key: value for key, value in node.value.items() if key != "description"})
