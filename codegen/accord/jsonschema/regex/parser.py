r"""Regular expressions of ECMA-262 with the flag `u` (JSON Schema, Core, 6.4), parsed into a tree.

Everything else reads the tree: the translation for the validator, the samples, the rules for portable expressions, and the
search for catastrophic backtracking.
"""

from __future__ import annotations

import functools
import re

import jsonschema_rs

from accord.jsonschema.regex.tree import (
    Assertion,
    BackReference,
    Character,
    Choice,
    Class,
    Dot,
    Escape,
    Group,
    Look,
    Part,
    Range,
    Repeat,
    Sequence,
)

LAST = 0x10FFFF

CodeRange = tuple[int, int]

# Class escapes; in ECMA-262 `\d` and `\w` are ASCII, `\s` is all white space of Unicode.
CLASS_ESCAPES: dict[str, list[CodeRange]] = {
    "d": [(0x30, 0x39)],
    "w": [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
    "s": [
        *((9, 13), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F)),
        *((0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
    ],
}
_CONTROLS = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_QUANTIFIER = re.compile(r"([*+?]|\{([0-9]+)(?:(,)([0-9]*))?\})\??")
_GROUP = re.compile(r"\((\?(?::|=|!|<=|<!|<([^\d\W]\w*)>))?")
_CODE = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]+)\}|c([A-Za-z])|(0)(?![0-9])")
_LOW_SURROGATE = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})")
_PROPERTY = re.compile(r"([pP])\{(?:([A-Za-z_]+)=)?([A-Za-z0-9_]+)\}")
_NUMBER = re.compile(r"[1-9][0-9]*")
_NAME = re.compile(r"k<(\w+)>")
_VALUED = frozenset({"General_Category", "gc", "Script", "sc", "Script_Extensions", "scx"})


class PatternError(ValueError):
    """The expression is not one of ECMA-262, or not supported here; the text says why."""


@functools.lru_cache(maxsize=4096)
def parse(pattern: str) -> Part:
    """The tree of an expression.

    Raises:
        PatternError: it is not ECMA-262, or refers to a group that may not have matched.
    """
    return _Parser(pattern).parse()


@functools.cache
def _is_script(name: str) -> bool:
    """Whether a property is a script, which ECMA-262 does not allow alone as other dialects do."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": f"\\p{{Script={name}}}"})
    except jsonschema_rs.ValidationError:
        return False
    return True


class _Parser:
    """Recursive descent over one expression."""

    def __init__(self, pattern: str) -> None:
        self._text, self._at = pattern, 0
        self._opened = 0  # groups so far
        self._names: dict[str, int] = {}
        self._matched: set[int] = set()  # groups that have matched wherever this place is reached
        self._nested = False  # whether the last class has a bracket that other dialects read as a class within it

    def parse(self) -> Part:
        part = self._choice()
        if self._at < len(self._text):
            raise PatternError("a `)` is not opened")
        return part

    def _peek(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _take(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        if (found := expression.match(self._text, self._at)) is not None:
            self._at = found.end()
        return found

    def _choice(self) -> Part:
        before, branches = set(self._matched), [self._sequence()]
        while self._peek("|"):
            self._at += 1
            self._matched = set(before)
            branches.append(self._sequence())
        if len(branches) == 1:
            return branches[0]
        self._matched = before
        return Choice(tuple(branches))

    def _sequence(self) -> Sequence:
        parts: list[Part] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            before = set(self._matched)
            part = self._atom()
            if (quantifier := self._take(_QUANTIFIER)) is not None:
                part = self._repeated(part, quantifier, before)
            parts.append(part)
        return Sequence(tuple(parts))

    def _repeated(self, part: Part, quantifier: re.Match[str], before: set[int]) -> Repeat:
        if isinstance(part, (Assertion, Look)):
            raise PatternError(f"`{quantifier[0]}` repeats nothing")
        mark, low, comma, high = quantifier.groups()
        least = {"*": 0, "?": 0, "+": 1}.get(mark) if low is None else int(low)
        most = {"?": 1}.get(mark) if low is None else int(high) if high else None if comma else int(low)
        if not least:
            self._matched = before
        if _QUANTIFIER.match(self._text, self._at):
            raise PatternError(f"`{self._text[self._at]}` repeats a repetition")
        return Repeat(part, least or 0, most, quantifier[0])

    def _atom(self) -> Part:
        if self._peek("("):
            return self._group()
        character = self._text[self._at]
        self._at += 1
        match character:
            case "^" | "$":
                return Assertion(character)
            case ".":
                return Dot()
            case "[":
                return self._class()
            case "\\":
                return self._escaped()
            case "*" | "+" | "?":
                raise PatternError(f"`{character}` repeats nothing")
            case "{" if _QUANTIFIER.match(self._text, self._at - 1):
                raise PatternError("`{` repeats nothing")
            case "]" if self._nested:
                raise PatternError("a class within a class is not ECMA-262: write `\\[` if the bracket is meant")
        return Character(ord(character), character, self._at)

    def _group(self) -> Part:
        before, start = set(self._matched), self._at
        text = self._text[start : start + 4]
        if (opening := self._take(_GROUP)) is None or self._peek("?"):
            raise PatternError(f"`{text}` is not ECMA-262")
        kind, name = opening.groups()
        number = 0
        if kind is None or name is not None:
            self._opened += 1
            number = self._opened
        if name is not None and self._names.setdefault(name, number) != number:
            raise PatternError(f"the group {name!r} is named twice")
        part = self._choice()
        if not self._peek(")"):
            raise PatternError("a `(` is not closed")
        self._at += 1
        if number:
            self._matched.add(number)
        elif kind in ("?!", "?<!"):
            self._matched = before
        return Group(part, number, name, text) if number or kind == "?:" else Look(part, kind, text)

    def _escaped(self) -> Part:
        start, letter = self._at - 1, self._text[self._at : self._at + 1]
        if letter in ("b", "B"):
            self._at += 1
            return Assertion(f"\\{letter}")
        number: int | None = None
        if (digits := self._take(_NUMBER)) is not None:
            number = int(digits[0])
        elif (named := self._take(_NAME)) is not None:
            number = self._names.get(named[1])
            if number is None:
                raise PatternError(f"there is no group {named[1]!r} before `\\k<{named[1]}>`")
        if number is not None:
            # In ECMA-262, a reference to a group that has not matched matches the empty text; in the validator, it fails.
            if number not in self._matched:
                raise PatternError(f"group {number} may not have matched where it is referred to")
            return BackReference(number, self._text[start : self._at])
        return self._class_escape() or self._code(start)

    def _class_escape(self) -> Escape | None:
        r"""An escape for several characters, behind its `\`; None for another escape."""
        letter = self._text[self._at : self._at + 1]
        if letter.lower() in CLASS_ESCAPES:
            self._at += 1
            return Escape(f"\\{letter}")
        if letter not in ("p", "P"):
            return None
        found = self._take(_PROPERTY)
        if found is None or (found[2] is not None and found[2] not in _VALUED):
            raise PatternError(
                f"`\\{letter}` is not followed by a property of ECMA-262, as in `\\p{{L}}` or `\\p{{Script=Greek}}`"
            )
        if found[2] is None and _is_script(found[3]):
            raise PatternError(f"{found[3]!r} is not a property of ECMA-262: of a script write `\\p{{Script={found[3]}}}`")
        return Escape(f"\\{found[0]}")

    def _code(self, start: int) -> Character:
        """An escape for one character, whose backslash is at `start`."""
        found = self._take(_CODE)
        if found is None:
            letter = self._text[self._at : self._at + 1]
            if not letter:
                raise PatternError("it ends with a `\\`")
            self._at += 1
            if letter.isalnum() and letter not in _CONTROLS:
                raise PatternError(f"`\\{letter}` is not ECMA-262")
            return Character(ord(_CONTROLS.get(letter, letter)), f"\\{letter}", self._at)
        if found[4] is not None:
            code = ord(found[4]) % 32
        else:
            code = 0 if found[5] is not None else int(found[1] or found[2] or found[3], 16)
        if found[2] is not None and 0xD800 <= code < 0xDC00 and (low := self._take(_LOW_SURROGATE)) is not None:  # noqa: PLR2004 - surrogates
            code = 0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00
        elif code > LAST or 0xD800 <= code < 0xE000:  # noqa: PLR2004 - surrogates
            raise PatternError(f"`\\{found[0]}` is not a character")
        return Character(code, self._text[start : self._at], self._at)

    def _class(self) -> Class:
        negated = self._peek("^")
        self._at += negated
        self._nested, members, start = False, list[Character | Escape | Range](), self._at
        while not self._peek("]"):
            low = self._member()
            if isinstance(low, Character) and self._peek("-") and not self._peek("-]"):
                self._at += 1
                high = self._member()
                if isinstance(high, Character) and high.code < low.code:
                    raise PatternError(f"the range {low.text}-{high.text} runs backwards")
                members.append(Range(low, high))
            else:
                members.append(low)
        text, self._at = self._text[start : self._at], self._at + 1
        return Class(tuple(members), negated, text)

    def _member(self) -> Character | Escape:
        start, character = self._at, self._text[self._at : self._at + 1]
        self._at += 1
        if not character:
            raise PatternError("a `[` is not closed")
        if character != "\\":
            self._nested = self._nested or character == "["
            return Character(ord(character), character, self._at)
        if self._peek("b"):
            self._at += 1
            return Character(8, "\\b", self._at)
        return self._class_escape() or self._code(start)
