"""Strings that match a regular expression, sampled by a seed: the same ones each time."""

from __future__ import annotations

import functools
import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from accord.jsonschema.regex import parser, tree

_FAR = 1 << 30  # the length that no repetition reaches
_PRINTABLE = [chr(code) for code in range(0x20, 0x7F)]
_PLEASANT = [c for c in _PRINTABLE if c.isalnum()]
_SPACES = "\t\n\v\f\r \u00a0\u2028\u2029\ufeff"


class Chars(NamedTuple):
    """One character of a class."""

    allowed: tuple[str, ...]
    least: int = 1
    most: int = 1


class Sequence(NamedTuple):
    """Parts one after another."""

    parts: tuple[Part, ...]
    least: int
    most: int


class Choice(NamedTuple):
    """One of several parts."""

    options: tuple[Part, ...]
    least: int
    most: int


class Repeat(NamedTuple):
    """A part several times."""

    part: Part
    low: int
    high: int
    least: int
    most: int


class Ahead(NamedTuple):
    """What the text must also match from here on (`(?=...)`); it has no length."""

    part: Part
    least: int = 0
    most: int = 0


Part = Chars | Sequence | Choice | Repeat | Ahead
_NOTHING = Sequence((), 0, 0)


def _sequence(parts: list[Part]) -> Part:
    if len(parts) == 1:
        return parts[0]
    return Sequence(tuple(parts), sum(p.least for p in parts), min(_FAR, sum(p.most for p in parts)))


@functools.cache
def _everything() -> list[str]:
    """Pleasant characters first, then the rest of the basic plane."""
    rest = (chr(code) for code in (*range(0x20), *range(0x7F, 0xD800), *range(0xE000, 0xFFFE)))
    return [*_PLEASANT, *(c for c in _PRINTABLE if not c.isalnum()), *rest]


@functools.cache
def _property(name: str) -> frozenset[str]:
    r"""The characters of `\p{name}`: a general category, or a script by the names of its letters."""
    kind, _, value = name.rpartition("=")
    long = {"Letter": "L", "Number": "N", "Punctuation": "P", "Symbol": "S", "Separator": "Z", "Mark": "M"}
    long |= {"Uppercase_Letter": "Lu", "Lowercase_Letter": "Ll", "Decimal_Number": "Nd", "Alphabetic": "L", "Control": "Cc"}
    value = long.get(value, value)
    if value == "Any":
        return frozenset(_everything())
    if len(value) <= 2 and kind not in ("Script", "sc", "Script_Extensions", "scx"):  # noqa: PLR2004 - `L`, `Lu`
        return frozenset(c for c in _everything() if unicodedata.category(c).startswith(value))
    return frozenset(c for c in _everything() if unicodedata.name(c, "").startswith(value.upper() + " "))


_DIGITS = frozenset("0123456789")
_WORDS = frozenset(_PLEASANT) | {"_"}


class _Converter:
    """Makes the parts of a parsed expression; None for what has no length and is ignored."""

    def __init__(self) -> None:
        self._groups: dict[int, Part] = {}

    def part(self, parsed: tree.Part) -> Part | None:  # noqa: C901, PLR0911 - one case for each kind of part
        match parsed:
            case tree.Character():
                return Chars((chr(parsed.code),))
            case tree.Dot():
                return Chars(tuple(_PRINTABLE[1:]))
            case tree.Escape():
                return Chars(_ordered(_characters(parsed)))
            case tree.Class():
                return Chars(_class(parsed))
            case tree.Sequence():
                return _sequence([part for one in parsed.parts if (part := self.part(one)) is not None])
            case tree.Choice():
                options = [self.part(branch) or _NOTHING for branch in parsed.branches]
                return Choice(tuple(options), min(o.least for o in options), max(o.most for o in options))
            case tree.Repeat():
                part, low, high = self.part(parsed.part) or _NOTHING, parsed.least, _FAR if parsed.most is None else parsed.most
                return Repeat(part, low, high, min(_FAR, part.least * low), min(_FAR, part.most * high))
            case tree.Group():
                part = self.part(parsed.part) or _NOTHING
                self._groups[parsed.number] = part
                return part
            case tree.Look():
                ahead = self.part(parsed.part) or _NOTHING
                return Ahead(ahead) if parsed.kind == "?=" else None
            case tree.BackReference():
                return self._groups[parsed.number]  # sampled anew: the caller tries until the text is the same
        return None


def _class(parsed: tree.Class) -> tuple[str, ...]:
    found: set[str] = set()
    for member in parsed.members:
        ends = (member.low, member.high) if isinstance(member, tree.Range) else (member,)
        codes = [end.code for end in ends if isinstance(end, tree.Character)]
        found.update(*(_characters(end) for end in ends))
        if len(codes) == 2:  # noqa: PLR2004 - beyond the basic plane the first and the last are enough
            found.update(map(chr, range(codes[0], min(codes[1], 0xFFFF) + 1)))
    return tuple(c for c in _everything() if c not in found) if parsed.negated else _ordered(frozenset(found))


def _characters(parsed: tree.Character | tree.Escape) -> frozenset[str]:
    if isinstance(parsed, tree.Character):
        return frozenset(chr(parsed.code))
    if parsed.letter in "pP":
        found = _property(parsed.text[3:-1])
        return found if parsed.letter == "p" else frozenset(_everything()) - found
    found = {"d": _DIGITS, "w": _WORDS, "s": frozenset(_SPACES)}[parsed.letter.lower()]
    return found if parsed.letter.islower() else frozenset(_PRINTABLE) - found


def _ordered(found: frozenset[str]) -> tuple[str, ...]:
    """Letters and digits first, then what can be printed, then the rest."""
    return tuple(sorted(found, key=lambda c: (not (c.isascii() and c.isalnum()), not (c.isascii() and c.isprintable()), c)))


@dataclass(slots=True)
class _Sampler:
    """Writes one string; `aheads` collects the texts that lookaheads require."""

    random: random.Random
    aheads: list[str]

    def write(self, part: Part, length: int) -> str:
        """A string of the part, as near to the length as the part allows."""
        if isinstance(part, Chars):
            if not part.allowed:
                raise parser.PatternError("a class without characters")
            pleasant = [c for c in part.allowed[: len(_PRINTABLE)] if c in _WORDS] or part.allowed[:64]
            return self.random.choice(pleasant if self.random.random() < 0.9 else part.allowed[:95])  # noqa: PLR2004 - mostly
        if isinstance(part, Choice):
            fitting = [o for o in part.options if o.least <= length <= o.most] or part.options
            return self.write(self.random.choice(fitting), length)
        if isinstance(part, Ahead):
            self.aheads.append(self.write(part.part, part.part.least))
            return ""
        if isinstance(part, Sequence):
            return self._share(part.parts, length)
        return self._share((part.part,) * self._times(part, length), length)

    def _times(self, part: Repeat, length: int) -> int:
        low, high = part.low, part.high
        if part.part.least:
            high = min(high, max(low, length // part.part.least))
        if 0 < part.part.most < _FAR:
            low = max(low, min(high, -(-length // part.part.most)))
        return self.random.randint(low, max(low, min(high, low + max(0, length))))

    def _share(self, parts: tuple[Part, ...], length: int) -> str:
        """The parts one after another; the remaining length is distributed among those that can be longer."""
        spare = length - sum(part.least for part in parts)
        lengths = [part.least for part in parts]
        order = [index for index, part in enumerate(parts) if part.most > part.least]
        self.random.shuffle(order)
        for rank, index in enumerate(order):
            room = min(max(0, spare), parts[index].most - parts[index].least)
            given = room if rank == len(order) - 1 else self.random.randint(0, room)
            lengths[index] += given
            spare -= given
        return "".join(self.write(part, wanted) for part, wanted in zip(parts, lengths, strict=True))


@functools.lru_cache(maxsize=4096)
def _parts(pattern: str) -> Part:
    return _Converter().part(parser.parse(pattern)) or _NOTHING


def samples(pattern: str, least: int, most: int, count: int) -> Iterator[str]:
    """Texts that probably match and have about that many characters; the same ones each time.

    Lookbehinds, word boundaries and back-references are ignored, so the caller validates the texts.

    Raises:
        PatternError: the expression is not ECMA-262.
    """
    part = _parts(pattern)
    source = random.Random(pattern)  # noqa: S311 - repeatable on purpose
    usual = min(max(part.least, least, min(part.most, 6)), most)
    for number in range(count):
        length = min(usual + number % 7, most) if number % 3 else max(least, min(usual, most))
        sampler = _Sampler(source, [])
        text = sampler.write(part, length)
        for wanted in sampler.aheads:  # overwrite a part of the text
            at = source.randint(0, max(0, len(text) - len(wanted)))
            text = text[:at] + wanted + text[at + len(wanted) :]
        if len(text) < least:
            filled = text.ljust(least, "a") if number % 2 else text.rjust(least, "a")
            text = text if part.most == part.least and pattern.startswith("^") and pattern.endswith("$") else filled
        yield text
