"""Reads the regular expressions that mean the same to every engine: ECMA-262, Python, Rust, RE2."""

from __future__ import annotations

from dataclasses import dataclass

MANY = 4  # an optional repetition beyond this is taken for endless: it backtracks like one
COPIES = 8  # a fixed repetition beyond this is cut: hex{72} backtracks like hex{8}
LAST = 0x10FFFF

Range = tuple[int, int]
CLASSES = {"d": "[0-9]", "w": "[A-Za-z0-9_]", "s": "[ \\t]", "D": "[^0-9]", "W": "[^A-Za-z0-9_]", "S": "[^ \\t]"}
ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


class RegexError(ValueError):
    """The expression is outside of the subset; the text is `what: how to mend it`."""


@dataclass(frozen=True, slots=True)
class Letters:
    """One character out of ranges of code points."""

    ranges: tuple[Range, ...]

    def meets(self, other: Letters) -> bool:
        """Whether some character is in both."""
        return any(low <= high2 and low2 <= high for low, high in self.ranges for low2, high2 in other.ranges)


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after another."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    branches: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """From `least` to `most` times; None is endless."""

    part: Part
    least: int
    most: int | None


Part = Letters | Sequence | Choice | Repeat


class Reader:
    """Reads one expression, anchored at both ends.

    Raises:
        RegexError: it is not anchored, or has something that engines read differently.
    """

    def __init__(self, pattern: str) -> None:
        self.text, self.at = pattern, 0

    def read(self) -> Part:
        """The whole expression without its anchors."""
        if not self.text.startswith("^") or not self.text.endswith("$") or self._escaped(len(self.text) - 1):
            raise RegexError("is not anchored, so it finds its text anywhere: write `^...$`")
        self.text, self.at = self.text[1:-1], 0
        part = self._choice()
        if self.at < len(self.text):
            raise RegexError(f"has a `{self.text[self.at]}` too many: escape or remove it")
        if isinstance(part, Choice):
            raise RegexError("is anchored only in parts, `^` binds to the first alternative: write `^(...|...)$`")
        return part

    def _escaped(self, position: int) -> bool:
        before = self.text[:position]
        return (len(before) - len(before.rstrip("\\"))) % 2 == 1

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _next(self) -> str:
        character = self._peek()
        self.at += 1
        return character

    def _choice(self) -> Part:
        branches = [self._sequence()]
        while self._peek() == "|":
            self._next()
            branches.append(self._sequence())
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def _sequence(self) -> Part:
        parts: list[Part] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return Sequence(tuple(parts))

    def _repeated(self, part: Part) -> Part:
        match character := self._peek():
            case "*" | "+" | "?":
                self._next()
                least = 1 if character == "+" else 0
                return self._once(Repeat(part, least, 1 if character == "?" else None))
            case "{":
                end = self.text.find("}", self.at)
                low, comma, high = self.text[self.at + 1 : end].partition(",")
                if end < 0 or not low.isdecimal() or (high and not high.isdecimal()):
                    raise RegexError("has a `{` that counts nothing: write `\\{`")
                self.at = end + 1
                least = int(low)
                most = int(high) if high else None if comma else least
                return self._once(Repeat(part, least, most))
        return part

    def _once(self, part: Part) -> Part:
        if self._peek() == "?":
            self._next()
        if self._peek() in ("*", "+", "?", "{") and self._peek():
            raise RegexError(f"repeats a repetition, `{self._peek()}` after a quantifier: put parentheses around the inner one")
        return part

    def _atom(self) -> Part:
        match character := self._next():
            case "(":
                return self._group()
            case "[":
                return self._class()
            case "\\":
                return self._single(self._escape())
            case ".":
                raise RegexError("has a `.`, whose newlines differ between engines: list the characters, as in `[^\\u0000]`")
            case "^" | "$":
                raise RegexError(f"has a `{character}` inside: keep one at each end, or write `\\{character}`")
            case "*" | "+" | "?" | "{" | "}" | "]":
                raise RegexError(f"has a bare `{character}`: write `\\{character}`")
        return self._single(ord(character))

    def _single(self, code: int) -> Letters:
        return Letters(((code, code),))

    def _group(self) -> Part:
        if self._peek() == "?":
            if self.text[self.at : self.at + 2] != "?:":
                what = self.text[self.at - 1 : self.at + 3]
                raise RegexError(
                    f"has `{what}`, which linear-time engines lack or spell differently: write it with `(...)` alone"
                )
            self.at += 2
        part = self._choice()
        if self._next() != ")":
            raise RegexError("has an open `(`: close it")
        return part

    def _escape(self) -> int:
        match character := self._next():
            case "u":
                digits = self.text[self.at : self.at + 4]
                self.at += 4
                if len(digits) == 4 and all(digit in "0123456789abcdefABCDEF" for digit in digits):  # noqa: PLR2004 - \uXXXX
                    return int(digits, 16)
                raise RegexError("has a `\\u` without four digits: write as in `\\u0000`")
            case "d" | "w" | "s" | "D" | "W" | "S":
                raise RegexError(f"has `\\{character}`, which is ASCII for some engines only: write `{CLASSES[character]}`")
            case "n" | "r" | "t":
                return ord(ESCAPES[character])
        if not character or character.isalnum():
            raise RegexError(f"has `\\{character}`, which engines read differently: write the characters themselves")
        return ord(character)

    def _class(self) -> Letters:
        negated = self._peek() == "^"
        self.at += negated
        ranges: list[Range] = []
        while (character := self._next()) != "]":
            if not character:
                raise RegexError("has an open `[`: close it")
            ahead = self._peek()
            if character == "[" or (character == ahead and character in "&-~|"):
                raise RegexError(f"has a bare `{character}` in a class, a set operation to some engines: write `\\{character}`")
            low = self._escape() if character == "\\" else ord(character)
            high = low
            if self._peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("]", ""):
                self._next()
                end = self._next()
                high = self._escape() if end == "\\" else ord(end)
                if high < low:
                    raise RegexError(f"has a range that runs backwards, {chr(low)}-{chr(high)}: swap its ends")
            ranges.append((low, high))
        if not ranges:
            raise RegexError("has an empty class: list its characters")
        return Letters(_complement(ranges) if negated else tuple(sorted(ranges)))


def _complement(ranges: list[Range]) -> tuple[Range, ...]:
    left, start = [], 0
    for low, high in sorted(ranges):
        if start < low:
            left.append((start, low - 1))
        start = max(start, high + 1)
    return (*left, (start, LAST)) if start <= LAST else tuple(left)
