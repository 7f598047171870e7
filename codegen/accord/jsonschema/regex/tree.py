"""The tree of a regular expression: its nodes, and a walk over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Character:
    """One character; `text` is how it is written, and `end` the position after it."""

    code: int
    text: str
    end: int = 0


@dataclass(frozen=True, slots=True)
class Escape:
    r"""A class escape: `\d`, `\W`, `\p{L}`."""

    text: str

    @property
    def letter(self) -> str:
        """`d`, `D`, `p`, ..."""
        return self.text[1]


@dataclass(frozen=True, slots=True)
class Range:
    r"""A range of characters in a class. `high` is an escape where the hyphen is itself, as in `[a-\d]`."""

    low: Character
    high: Character | Escape


@dataclass(frozen=True, slots=True)
class Class:
    """`[...]`; `text` is what is written between the brackets."""

    members: tuple[Character | Escape | Range, ...]
    negated: bool
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """`.`."""


@dataclass(frozen=True, slots=True)
class Assertion:
    r"""`^`, `$`, `\b` or `\B`."""

    text: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group; `number` is 0 if it does not capture, and `text` are the four characters at its beginning."""

    part: Part
    number: int
    name: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """A lookahead or lookbehind: `kind` is `?=`, `?!`, `?<=` or `?<!`."""

    part: Part
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class BackReference:
    """A reference to a group that has matched."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """One part after another."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives."""

    branches: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part `least` to `most` times; None is unbounded. `text` is the quantifier."""

    part: Part
    least: int
    most: int | None
    text: str


Part = Character | Escape | Class | Dot | Assertion | Group | Look | BackReference | Sequence | Choice | Repeat


def walk(part: Part) -> Iterator[Part]:
    """A part and everything in it, in the order of the expression; classes are not entered."""
    yield part
    match part:
        case Sequence():
            inside = part.parts
        case Choice():
            inside = part.branches
        case Group() | Look() | Repeat():
            inside = (part.part,)
        case _:
            inside = ()
    for one in inside:
        yield from walk(one)
