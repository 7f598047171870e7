"""What has changed, whom it breaks, and how much: the vocabulary of the comparison."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import Literal

from accord.document.document import Node

# As clients see it. The payload of a webhook or callback is sent by the server: for them it is a "response".
Direction = Literal["request", "response"]

# What became of the set of allowed values: fewer, more, some of both, or the same with other words or meaning around it.
Effect = Literal["narrower", "wider", "both"]


class Rating(enum.IntEnum):
    """The part of a semantic version that a change asks for."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2

    def __str__(self) -> str:
        return self.name.lower()


def opposite(direction: Direction) -> Direction:
    """Who sends receives, as in webhooks and callbacks."""
    return "response" if direction == "request" else "request"


def rated(effect: Effect, direction: Direction) -> Rating:
    """A request that was right must stay right, and an answer must not be one that was never announced."""
    breaking: Effect = "narrower" if direction == "request" else "wider"
    return Rating.MAJOR if effect in (breaking, "both") else Rating.MINOR


BREAKS = {
    "request": "clients that send what was allowed",
    "response": "clients that rely on what was promised",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A line of one of the two documents: of the old one for what the new one no longer says."""

    node: Node = field(compare=False, repr=False)
    old: bool
    where: str

    @classmethod
    def of(cls, node: Node, *, old: bool = False) -> Place:
        """Where the node is written."""
        return cls(node, old, node.where)


@dataclass(frozen=True, slots=True)
class Change:
    """One change, before it is known which operations it reaches."""

    rating: Rating
    place: Place
    what: str
    breaks: str = ""
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One change and the operations that it reaches, in their order; none for the document as a whole."""

    change: Change
    reaches: tuple[str, ...]
