"""Changes between two documents: the version bump that each requires, its location and the clients that it breaks."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Literal

from accord.document.document import Node
from accord.jsonschema.read_write_only import Direction

# A direction is seen from the client: the server sends the payload of a webhook or callback, so that is a "response".

# How the set of valid values changed: fewer, more, or fewer in one part and more in another.
Effect = Literal["narrower", "wider", "both"]


class Bump(enum.IntEnum):
    """The part of a semantic version that a change requires to be raised."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2

    def __str__(self) -> str:
        return self.name.lower()


def opposite(direction: Direction) -> Direction:
    """The other direction, for responses and for webhooks and callbacks."""
    return "response" if direction == "request" else "request"


def bump_for(effect: Effect, direction: Direction) -> Bump:
    """Major if requests that were valid become invalid, or if responses become possible that clients do not know."""
    breaking: Effect = "narrower" if direction == "request" else "wider"
    return Bump.MAJOR if effect in (breaking, "both") else Bump.MINOR


BREAKS = {
    "request": "clients that send requests that were valid",
    "response": "clients that rely on the old responses",
}


@dataclass(frozen=True, slots=True)
class Location:
    """A line of one of the two documents: of the old one for anything that the new one no longer has."""

    node: Node = field(compare=False, repr=False)
    old: bool
    where: str

    @classmethod
    def of(cls, node: Node, *, old: bool = False) -> Location:
        """Where the node is written."""
        return cls(node, old, node.where)

    @classmethod
    def of_keyword(cls, old: Node, new: Node, keyword: str) -> Location:
        """Where a keyword is written: in the new object, else in the old one; the new object if in neither."""
        if keyword in new.value or keyword not in old.value:
            return cls.of(new.raw_child(keyword) if keyword in new.value else new)
        return cls.of(old.raw_child(keyword), old=True)


@dataclass(frozen=True, slots=True)
class Change:
    """One change, regardless of the operations that it affects."""

    bump: Bump
    location: Location
    what: str
    breaks: str = ""
    """The clients that it breaks, if the bump is major."""
    direction: Direction | None = None

    @classmethod
    def removed(cls, node: Node, what: str, breaks: str, bump: Bump = Bump.MAJOR) -> Change:
        """A part of the old document that is not in the new one."""
        return cls(bump, Location.of(node, old=True), f"{what} removed", breaks)

    @classmethod
    def added(cls, node: Node, what: str, breaks: str = "", bump: Bump = Bump.MINOR) -> Change:
        """A part of the new document that is not in the old one."""
        return cls(bump, Location.of(node), f"{what} added", breaks)


@dataclass(frozen=True, slots=True)
class Finding:
    """One change and the names of the operations that it affects; none if it concerns the whole document."""

    change: Change
    operations: tuple[str, ...]
