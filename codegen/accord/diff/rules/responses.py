"""Responses: statuses, headers, bodies, links.

A success that is gone, or a new one, is not what clients were told; a new error of a class that they know is: RFC 9110, 15 asks
them to treat an unknown 4xx as 400. A response that is no longer listed counts as its range or `default`, if there is one.
"""

from __future__ import annotations

from collections.abc import Iterator

from accord.diff.findings import BREAKS, Change, Direction, Place, Rating, opposite, rated
from accord.diff.model.walk import Pair, Walk
from accord.diff.rules.annotations import deprecated, texts
from accord.diff.rules.bodies import media, schema
from accord.document.document import Node
from accord.jsonschema.equality import canonical_json


def responses(walk: Walk, old: Node, new: Node, direction: Direction) -> Iterator[Change | Pair]:
    """The responses of an operation; `direction` is that of its request."""
    before, after = _statuses(old), _statuses(new)
    back = opposite(direction)
    for status, node in before.items():
        if (partner := _covering(status, after)) is not None:
            yield from _one(walk, node, after[partner], back, f"response {status}: ")
            continue
        # What a webhook's receiver may answer is its "request": to allow less breaks, whatever the status.
        left = [other for other in after if status.endswith("XX") and other[0] == status[0]]
        rating = Rating.MAJOR if (_success(status, before) and not left) or back == "request" else Rating.MINOR
        breaks = BREAKS[back] if rating is Rating.MAJOR else ""
        what = f"response {status} is only {', '.join(left)} now" if left else f"response {status} removed"
        yield Change(rating, Place.of(node, old=True), what, breaks)
    for status, node in after.items():
        if status in before:
            continue
        if (partner := _covering(status, before)) is not None:
            yield from _one(walk, before[partner], node, back, f"response {status}: ")
            continue
        rating = rated("wider", back) if _success(status, after) else Rating.MINOR
        breaks = BREAKS[back] if rating is Rating.MAJOR else ""
        yield Change(rating, Place.of(node), f"response {status} added", breaks)


def _statuses(node: Node) -> dict[str, Node]:
    found = node.get("responses")
    return {_upper(status): found.raw_child(status) for status, _ in found.items()} if found else {}


def _upper(status: str) -> str:
    return status if status == "default" else status.upper()


def _covering(status: str, others: dict[str, Node]) -> str | None:
    """Itself, its range, or `default`, which beside a success stands for errors only."""
    rest = "default" if not _success(status, others) or _success("default", others) else ""
    return next((text for text in (status, f"{status[0]}XX", rest) if text in others), None)


def _success(status: str, beside: dict[str, Node]) -> bool:
    """Whether it is no error; `default` is one beside a success."""
    return status[0] in "123" or (status == "default" and not any(other[0] in "23" for other in beside))


def _one(walk: Walk, old: Node, new: Node, direction: Direction, name: str) -> Iterator[Change | Pair]:
    old, new = old.resolved(), new.resolved()
    yield from media(walk, (old, new), direction, name, unasked=False)
    yield from _headers(walk, old, new, direction, name)
    yield from _links(old, new, direction, name)
    yield from texts(old, new, ("description", "summary"), name)


def _headers(walk: Walk, old: Node, new: Node, direction: Direction, name: str) -> Iterator[Change | Pair]:
    before, after = _named(old), _named(new)
    for header, node in before.items():
        if header in after:
            what = f"{name}header {after[header].pointer[-1]}"
            yield from _header(walk, node.resolved(), after[header].resolved(), direction, what)
        else:
            what = f"{name}header {node.pointer[-1]} removed"
            yield _gone(Place.of(node, old=True), what, direction, "clients that read it")
    for header, node in after.items():
        if header not in before:
            # A header of a reply to a webhook or callback is one that the receivers must send from now on.
            asked = direction == "request" and node.resolved().value.get("required") is True
            rating, breaks = (Rating.MAJOR, "clients that do not send it") if asked else (Rating.MINOR, "")
            yield Change(rating, Place.of(node), f"{name}header {node.pointer[-1]} added", breaks)


def _gone(place: Place, what: str, direction: Direction, breaks: str) -> Change:
    """Something that is no longer promised; a receiver that still sends it breaks nothing."""
    return Change(Rating.MAJOR, place, what, breaks) if direction == "response" else Change(Rating.MINOR, place, what)


def _header(walk: Walk, old: Node, new: Node, direction: Direction, name: str) -> Iterator[Change | Pair]:
    required = new.value.get("required") is True
    if required != (old.value.get("required") is True):
        rating = rated("narrower" if required else "wider", direction)
        what = f"{name} is {'always sent now' if required else 'no longer always sent'}"
        place = Place.of(new.raw_child("required") if required else new)
        yield Change(rating, place, what, BREAKS[direction] if rating is Rating.MAJOR else "")
    yield walk.pair(schema(old), schema(new), direction, Place.of(new))
    yield from texts(old, new, ("description", "example", "examples"), f"{name}: ")
    yield from deprecated(old, new, f"{name}: ")


def _named(node: Node) -> dict[str, Node]:
    """By name without regard to case; `Content-Type` is said by the media types."""
    found = node.get("headers")
    return {name.lower(): found.raw_child(name) for name, _ in found.named() if name.lower() != "content-type"} if found else {}


def _links(old: Node, new: Node, direction: Direction, name: str) -> Iterator[Change]:
    """A link is a promise where to go on: generated helpers follow it."""
    before, after = old.get("links"), new.get("links")
    first = dict(before.named()) if before is not None else {}
    second = dict(after.named()) if after is not None else {}
    for link, node in first.items():
        if link not in second:
            what = f"{name}link {link} removed"
            yield _gone(Place.of(node, old=True), what, direction, "clients that follow it")
        elif _leads(node) != _leads(second[link]):
            what = f"{name}link {link} leads elsewhere"
            yield _gone(Place.of(second[link]), what, direction, "clients that follow it")
    for link, node in second.items():
        if link not in first:
            yield Change(Rating.MINOR, Place.of(node), f"{name}link {link} added")


def _leads(node: Node) -> str:
    return canonical_json({key: value for key, value in node.value.items() if key != "description"})
