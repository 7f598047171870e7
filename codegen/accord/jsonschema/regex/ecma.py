r"""Regular expressions: those of the document are ECMA-262 with the flag `u` (JSON Schema, 6.4), the validator's are not.

What the two read differently is written in other words: `.`, `\b`, `\B`, `\k<name>`, `[\b]`, `\0`, `[^]`, `[]`, surrogates, and
what other dialects take for a set within a class. What ECMA-262 does not have is refused, not read as another dialect does.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import jsonschema_rs

_WORD = "[0-9A-Za-z_]"
_ANY = r"[\x{0}-\x{10FFFF}]"
_WRITTEN = {
    ".": "[^\\n\\r\u2028\u2029]",
    "b": f"(?:(?<!{_WORD})(?={_WORD})|(?<={_WORD})(?!{_WORD}))",
    "B": f"(?:(?<!{_WORD})(?!{_WORD})|(?<={_WORD})(?={_WORD}))",
}
# What stands for several characters; the validator takes some of them for those of all Unicode.
_RANGES = {
    "d": [(0x30, 0x39)],
    "w": [(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)],
    "s": [
        *((9, 13), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F)),
        *((0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF)),
    ],
}
_CONTROLS = {"t": "\t", "n": "\n", "v": "\v", "f": "\f", "r": "\r"}
_QUANTIFIER = re.compile(r"([*+?]|\{([0-9]+)(?:,[0-9]*)?\})\??")
_SET_OPERATION = re.compile(r"\[|&&|--|~~")  # to other dialects
_GROUP = re.compile(r"\((\?(?::|=|!|<=|<!|<([^\d\W]\w*)>))?")
_CODE = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|u\{([0-9A-Fa-f]+)\}|c([A-Za-z])|(0)(?![0-9])")
_LOW = re.compile(r"\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})")
_PROPERTY = re.compile(r"([pP])\{(?:([A-Za-z_]+)=)?([A-Za-z0-9_]+)\}")
_VALUED = frozenset({"General_Category", "gc", "Script", "sc", "Script_Extensions", "scx"})


class PatternError(ValueError):
    """It is not an expression of ECMA-262, or one that no validator here reads; the text says what is wrong."""


def _literal(code: int) -> str:
    character = chr(code)
    return character if character.isalnum() and character.isascii() else f"\\x{{{code:X}}}"


def _characters(letter: str) -> str:
    r"""The ranges of a class escape such as `\d`, or between them of `\D`, as they are written within brackets."""
    ranges = _RANGES[letter.lower()]
    if letter.isupper():
        ends = [-1, *(end for pair in ranges for end in pair), 0x110000]
        ranges = [(low + 1, high - 1) for low, high in zip(ends[::2], ends[1::2], strict=True)]
    return "".join(f"\\x{{{low:X}}}-\\x{{{high:X}}}" for low, high in ranges)


@functools.cache
def _is_script(name: str) -> bool:
    """Whether the name of a property is a script's, which ECMA-262 does not let stand alone as others do."""
    try:
        jsonschema_rs.Draft202012Validator({"pattern": f"\\p{{Script={name}}}"})
    except jsonschema_rs.ValidationError:
        return False
    return True


class _Reader:
    """Reads one expression and writes the same for the validator's engine."""

    def __init__(self, pattern: str) -> None:
        self._text, self._at = pattern, 0
        self._opened = 0  # groups so far
        self._names: dict[str, int] = {}
        self._matched: set[int] = set()  # groups that have matched wherever this place is reached
        self._same = True  # whether the validator reads it as it is written
        self._nested = False  # whether the last class has a bracket that other dialects take for a class within it

    def read(self) -> str:
        written = self._choice()
        if self._at < len(self._text):
            raise PatternError("a `)` is not opened")
        return self._text if self._same else written

    def _peek(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _take(self, expression: re.Pattern[str]) -> re.Match[str] | None:
        if (found := expression.match(self._text, self._at)) is not None:
            self._at = found.end()
        return found

    def _choice(self) -> str:
        before, branches = set(self._matched), [self._sequence()]
        while self._peek("|"):
            self._at += 1
            self._matched = set(before)
            branches.append(self._sequence())
        if len(branches) > 1:
            self._matched = before
        return "|".join(branches)

    def _sequence(self) -> str:
        written = ""
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            before = set(self._matched)
            atom, repeatable = self._atom()
            quantifier = self._take(_QUANTIFIER)
            if quantifier is not None:
                if not repeatable:
                    raise PatternError(f"`{quantifier[0]}` repeats nothing")
                if quantifier[1] in ("*", "?") or int(quantifier[2] or 1) == 0:
                    self._matched = before
                if _QUANTIFIER.match(self._text, self._at):
                    raise PatternError(f"`{self._text[self._at]}` repeats a repetition")
            written += atom + (quantifier[0] if quantifier is not None else "")
        return written

    def _atom(self) -> tuple[str, bool]:
        """An atom, and whether it may be repeated."""
        if self._peek("("):
            return self._group()
        character = self._text[self._at]
        self._at += 1
        self._same = self._same and character not in ".]{}"
        match character:
            case "^" | "$":
                return character, False
            case ".":
                return _WRITTEN["."], True
            case "[":
                return self._class(), True
            case "\\":
                return self._escaped()
            case "*" | "+" | "?":
                raise PatternError(f"`{character}` repeats nothing")
            case "{" if _QUANTIFIER.match(self._text, self._at - 1):
                raise PatternError("`{` repeats nothing")
            case "]" if self._nested:
                raise PatternError("a class within a class is not ECMA-262: write `\\[` if the bracket is meant")
        return _literal(ord(character)), True

    def _group(self) -> tuple[str, bool]:
        before, start = set(self._matched), self._at
        if (opening := self._take(_GROUP)) is None or self._peek("?"):
            raise PatternError(f"`{self._text[start : start + 4]}` is not ECMA-262")
        kind, name = opening.groups()
        number = 0
        if kind is None or name is not None:
            self._opened += 1
            number = self._opened
        if name is not None and self._names.setdefault(name, number) != number:
            raise PatternError(f"the group {name!r} is named twice")
        self._same = self._same and name is None
        written = self._choice()
        if not self._peek(")"):
            raise PatternError("a `(` is not closed")
        self._at += 1
        if number:
            self._matched.add(number)
        elif kind in ("?!", "?<!"):
            self._matched = before
        return f"({'' if number else kind}{written})", kind not in ("?=", "?!", "?<=", "?<!")

    def _escaped(self) -> tuple[str, bool]:
        letter = self._text[self._at : self._at + 1]
        if letter in ("b", "B"):
            self._at, self._same = self._at + 1, False
            return _WRITTEN[letter], False
        if (digits := self._take(re.compile(r"[1-9][0-9]*"))) is not None:
            return self._reference(int(digits[0])), True
        if (named := self._take(re.compile(r"k<(\w+)>"))) is not None:
            if named[1] not in self._names:
                raise PatternError(f"there is no group {named[1]!r} before `\\k<{named[1]}>`")
            return self._reference(self._names[named[1]]), True
        found = self._set()
        return (f"[{found}]" if found is not None else _literal(self._code())), True

    def _reference(self, number: int) -> str:
        # ECMA-262 lets one that has not matched match nothing; the validator lets it fail.
        if number not in self._matched:
            raise PatternError(f"group {number} may not have matched where it is referred to")
        self._same = False
        return f"(?:\\{number})"

    def _set(self) -> str | None:
        """What an escape that stands for several characters is within brackets; None: another escape."""
        letter = self._text[self._at : self._at + 1]
        if letter.lower() in _RANGES:
            self._at, self._same = self._at + 1, False
            return _characters(letter)
        if letter not in ("p", "P"):
            return None
        found = self._take(_PROPERTY)
        if found is None or (found[2] is not None and found[2] not in _VALUED):
            raise PatternError(
                f"`\\{letter}` is not followed by a property of ECMA-262, as in `\\p{{L}}` or `\\p{{Script=Greek}}`"
            )
        if found[2] is None and _is_script(found[3]):
            raise PatternError(f"{found[3]!r} is not a property of ECMA-262: of a script write `\\p{{Script={found[3]}}}`")
        return f"\\{found[0]}"

    def _code(self) -> int:
        """The character that an escape stands for."""
        found = self._take(_CODE)
        if found is None:
            letter = self._text[self._at : self._at + 1]
            if not letter:
                raise PatternError("it ends with a `\\`")
            self._at += 1
            self._same = self._same and letter in "nrt\\^$.*+?()[]{}|/-"
            if letter in _CONTROLS:
                return ord(_CONTROLS[letter])
            if letter.isalnum():
                raise PatternError(f"`\\{letter}` is not ECMA-262")
            return ord(letter)
        self._same = self._same and (found[1] or found[2]) is not None
        if found[4] is not None:
            return ord(found[4]) % 32
        if found[5] is not None:
            return 0
        code = int(found[1] or found[2] or found[3], 16)
        if found[2] is not None and 0xD800 <= code < 0xDC00 and (low := self._take(_LOW)) is not None:  # noqa: PLR2004 - surrogates
            self._same = False
            return 0x10000 + ((code - 0xD800) << 10) + int(low[1], 16) - 0xDC00
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:  # noqa: PLR2004 - Unicode
            raise PatternError(f"`\\{found[0]}` is not a character")
        return code

    def _class(self) -> str:
        negated = self._peek("^")
        self._at += negated
        self._nested, parts, start = False, list[str](), self._at
        while not self._peek("]"):
            if self._at >= len(self._text):
                raise PatternError("a `[` is not closed")
            low, first = self._member()
            if low is not None and self._peek("-") and not self._peek("-]"):
                self._at += 1
                high, last = self._member()
                if high is not None and high < low:
                    raise PatternError(f"the range {first}-{last} runs backwards")
                parts.append(f"{first}-{last}" if high is not None else f"{first}\\x{{2D}}{last}")
            else:
                parts.append(first)
        written, self._at = self._text[start : self._at], self._at + 1
        self._same = self._same and bool(parts) and _SET_OPERATION.search(written) is None
        if not parts:
            return _ANY if negated else f"[^{_ANY[1:]}"
        return f"[{'^' if negated else ''}{''.join(parts)}]"

    def _member(self) -> tuple[int | None, str]:
        """The code of a character of a class, None of several characters; and how it is written."""
        character = self._text[self._at : self._at + 1]
        self._at += 1
        if not character:
            raise PatternError("a `[` is not closed")
        if character != "\\":
            self._nested = self._nested or character == "["
            return ord(character), _literal(ord(character))
        if self._peek("b"):
            self._at, self._same = self._at + 1, False
            return 8, _literal(8)
        if (found := self._set()) is not None:
            return None, found
        code = self._code()
        return code, _literal(code)


@functools.lru_cache(maxsize=4096)
def translated(pattern: str) -> str:
    """The same expression in the dialect of the validator.

    Raises:
        PatternError: it is not ECMA-262, or refers to a group that may not have matched.
    """
    return _Reader(pattern).read()


def translation(pattern: str) -> str:
    """The expression as the validator reads it; itself if it cannot be read."""
    try:
        return translated(pattern)
    except PatternError:
        return pattern


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Callable[[str], bool] | str:
    """What tells whether a text has a match, or why there is no such thing."""
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": translated(pattern)}).is_valid
    except PatternError as error:
        return str(error)
    except jsonschema_rs.ValidationError:
        return "it has what the validator does not support"


def matches(pattern: str, text: str) -> bool:
    """Whether a text has a match of an expression of the document; never of one that cannot be read."""
    found = _compiled(pattern)
    return not isinstance(found, str) and found(text)


def fault(pattern: str) -> str | None:
    """Why an expression of the document cannot be read; None if it can."""
    found = _compiled(pattern)
    return found if isinstance(found, str) else None
