"""Strings from a regular expression: the ECMA-262 dialect of JSON Schema, read here and sampled by a seed."""

from __future__ import annotations

import functools
import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

_FAR = 1 << 30  # the length that no repetition reaches
_PRINTABLE = [chr(code) for code in range(0x20, 0x7F)]
_PLEASANT = [c for c in _PRINTABLE if c.isalnum()]
_SPACES = "\t\n\v\f\r \u00a0\u2028\u2029\ufeff"
_CONTROLS = {"n": "\n", "r": "\r", "t": "\t", "v": "\v", "f": "\f", "0": "\0"}


class RegexError(ValueError):
    """The expression is not one that this module reads."""


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
    """What must also stand from here on (`(?=...)`); takes no room."""

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


class _Reader:
    """A recursive descent over the expression."""

    def __init__(self, pattern: str) -> None:
        self.text, self.at = pattern, 0
        self.groups: list[Part] = []
        self.names: dict[str, int] = {}

    def peek(self, token: str) -> bool:
        return self.text.startswith(token, self.at)

    def take(self, token: str) -> bool:
        if found := self.peek(token):
            self.at += len(token)
        return found

    def next(self) -> str:
        if self.at >= len(self.text):
            raise RegexError("the expression ends too soon")
        self.at += 1
        return self.text[self.at - 1]

    def until(self, end: str) -> str:
        stop = self.text.find(end, self.at)
        if stop < 0:
            raise RegexError(f"{end!r} is missing")
        found, self.at = self.text[self.at : stop], stop + len(end)
        return found

    def choice(self) -> Part:
        options = [self.sequence()]
        while self.take("|"):
            options.append(self.sequence())
        if len(options) == 1:
            return options[0]
        return Choice(tuple(options), min(o.least for o in options), max(o.most for o in options))

    def sequence(self) -> Part:
        parts: list[Part] = []
        while self.at < len(self.text) and not self.peek("|") and not self.peek(")"):
            part = self.atom()
            if part is not None:
                parts.append(self.repeated(part))
        return _sequence(parts)

    def repeated(self, part: Part) -> Part:
        start = self.at
        if self.take("*"):
            low, high = 0, _FAR
        elif self.take("+"):
            low, high = 1, _FAR
        elif self.take("?"):
            low, high = 0, 1
        elif self.take("{"):
            first, comma, last = self.until("}").partition(",")
            if not first.isdecimal():  # a brace that stands for itself
                self.at = start
                return part
            low = int(first)
            high = int(last) if last else _FAR if comma else low
        else:
            return part
        self.take("?")
        return Repeat(part, low, high, min(_FAR, part.least * low), min(_FAR, part.most * high))

    def atom(self) -> Part | None:  # noqa: PLR0911 - one return for each kind of part
        """The next part; None for what takes no room."""
        if self.take("^") or self.take("$") or self.take("\\b") or self.take("\\B"):
            return None
        if self.take("("):
            return self.group()
        if self.take("["):
            return Chars(self.bracket())
        if self.take("."):
            return Chars(tuple(_PRINTABLE[1:]))
        if self.take("\\"):
            if self.text[self.at : self.at + 1] in set("123456789"):
                return self.groups[int(self.next()) - 1]  # sampled anew: whoever asks tries until it is the same text
            if self.take("k<"):
                return self.groups[self.names[self.until(">")]]
            return Chars(_ordered(self.escape()))
        return Chars((self.next(),))

    def group(self) -> Part | None:
        for token in ("?!", "?<!", "?<=", "?="):
            if self.take(token):
                part = self.choice()
                self.close()
                return Ahead(part) if token == "?=" else None  # noqa: S105 - no password
        index = None
        if not self.take("?:"):
            index = len(self.groups)
            self.groups.append(_NOTHING)
            if self.take("?<"):
                self.names[self.until(">")] = index
        part = self.choice()
        self.close()
        if index is not None:
            self.groups[index] = part
        return part

    def close(self) -> None:
        if not self.take(")"):
            raise RegexError("')' is missing")

    def bracket(self) -> tuple[str, ...]:
        negated = self.take("^")
        found: set[str] = set()
        while not self.take("]"):
            first = self.member()
            if self.peek("-") and not self.peek("-]") and len(first) == 1:
                self.at += 1
                last = self.member()
                (low,), (high,) = first, last
                found.update(c for c in map(chr, range(ord(low), min(ord(high), 0xFFFF) + 1)))
                if ord(high) > 0xFFFF:  # noqa: PLR2004 - beyond the basic plane the first and the last are enough
                    found.update((low, high))
            else:
                found |= first
        return tuple(c for c in _everything() if c not in found) if negated else _ordered(frozenset(found))

    def member(self) -> frozenset[str]:
        if self.take("\\b"):
            return frozenset("\b")
        return self.escape() if self.take("\\") else frozenset(self.next())

    def escape(self) -> frozenset[str]:
        letter = self.next()
        classes = {"d": _DIGITS, "w": _WORDS, "s": frozenset(_SPACES)}
        if letter.lower() in classes:
            found = classes[letter.lower()]
            return found if letter.islower() else frozenset(_PRINTABLE) - found
        if letter in "pP" and self.take("{"):
            found = _property(self.until("}"))
            return found if letter == "p" else frozenset(_everything()) - found
        if letter in "ux":
            return frozenset(self.code(letter))
        if letter == "c":
            return frozenset(chr(ord(self.next()) % 32))
        return frozenset(_CONTROLS.get(letter, letter))

    def code(self, letter: str) -> str:
        if letter == "u" and self.take("{"):
            return chr(int(self.until("}"), 16))
        width = 4 if letter == "u" else 2
        digits, self.at = self.text[self.at : self.at + width], self.at + width
        try:
            return chr(int(digits, 16))
        except ValueError:
            raise RegexError(f"\\{letter} without its digits") from None


def _ordered(found: frozenset[str]) -> tuple[str, ...]:
    """Letters and digits first, then what can be printed, then the rest."""
    return tuple(sorted(found, key=lambda c: (not (c.isascii() and c.isalnum()), not (c.isascii() and c.isprintable()), c)))


@dataclass(slots=True)
class _Sampler:
    """Writes one string; `aheads` collects what lookaheads ask for."""

    random: random.Random
    aheads: list[str]

    def write(self, part: Part, length: int) -> str:
        """A string of the part, as near to the length as the part allows."""
        if isinstance(part, Chars):
            if not part.allowed:
                raise RegexError("a class without characters")
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
        """The parts one after another; what is left of the length goes to those that can stretch, in any order."""
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
def parsed(pattern: str) -> Part:
    """The expression as a tree.

    Raises:
        RegexError: it is not ECMA-262, or uses what this module does not read.
    """
    reader = _Reader(pattern)
    try:
        part = reader.choice()
    except (KeyError, IndexError, RecursionError, OverflowError):
        raise RegexError(f"{pattern!r} is not understood") from None
    if reader.at < len(pattern):
        raise RegexError(f"{pattern!r} has a ')' too many")
    return part


def samples(pattern: str, least: int, most: int, count: int) -> Iterator[str]:
    """Texts that probably match and have about that many characters; the same ones each time.

    Lookaheads, lookbehinds, word boundaries and back-references are not followed: whoever asks has a judge.
    """
    part = parsed(pattern)
    source = random.Random(pattern)  # noqa: S311 - repeatable on purpose
    usual = min(max(part.least, least, min(part.most, 6)), most)
    for number in range(count):
        length = min(usual + number % 7, most) if number % 3 else max(least, min(usual, most))
        sampler = _Sampler(source, [])
        text = sampler.write(part, length)
        for wanted in sampler.aheads:  # lay what they ask for over the text
            at = source.randint(0, max(0, len(text) - len(wanted)))
            text = text[:at] + wanted + text[at + len(wanted) :]
        if len(text) < least:
            filled = text.ljust(least, "a") if number % 2 else text.rjust(least, "a")
            text = text if part.most == part.least and pattern.startswith("^") and pattern.endswith("$") else filled
        yield text
