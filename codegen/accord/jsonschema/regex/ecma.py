r"""Regular expressions of a document for the validator, whose dialect is not ECMA-262 (JSON Schema, Core, 6.4).

What the two read differently is rewritten: `.`, `\b`, `\B`, `\k<name>`, `[\b]`, `\0`, `[^]`, `[]`, surrogates, and what other
dialects read as a set within a class.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import jsonschema_rs

from accord.jsonschema.regex import parser, tree

_WORD = "[0-9A-Za-z_]"
_ANY = r"[\x{0}-\x{10FFFF}]"
_DOT = "[^\\n\\r\u2028\u2029]"
_BOUNDARIES = {
    "\\b": f"(?:(?<!{_WORD})(?={_WORD})|(?<={_WORD})(?!{_WORD}))",
    "\\B": f"(?:(?<!{_WORD})(?!{_WORD})|(?<={_WORD})(?={_WORD}))",
}
_SET_OPERATION = re.compile(r"\[|&&|--|~~")  # to other dialects
_SAME_CHARACTER = re.compile(r"[^\\]|\\[nrt\\^$.*+?()\[\]{}|/-]|\\x..|\\u[^{]{4}", re.DOTALL)


def _literal(code: int) -> str:
    character = chr(code)
    return character if character.isalnum() and character.isascii() else f"\\x{{{code:X}}}"


def _members(escape: tree.Escape) -> str:
    r"""A class escape such as `\d` or `\D` as it is written within brackets, in ranges."""
    if escape.letter in "pP":
        return escape.text
    ranges = parser.CLASS_ESCAPES[escape.letter.lower()]
    if escape.letter.isupper():
        ends = [-1, *(end for pair in ranges for end in pair), parser.LAST + 1]
        ranges = [(low + 1, high - 1) for low, high in zip(ends[::2], ends[1::2], strict=True)]
    return "".join(f"\\x{{{low:X}}}-\\x{{{high:X}}}" for low, high in ranges)


def _is_same(part: tree.Part) -> bool:
    """Whether the validator reads a part as it is written, parts inside it not looked at."""
    match part:
        case tree.Character():
            return part.text not in ".]{}" and _same_in_class(part)
        case tree.Class():
            ends = [end for one in part.members for end in ((one.low, one.high) if isinstance(one, tree.Range) else (one,))]
            return bool(ends) and _SET_OPERATION.search(part.text) is None and all(map(_same_in_class, ends))
        case tree.Escape():
            return _same_in_class(part)
        case tree.Assertion():
            return part.text in "^$"
        case tree.Group():
            return part.name is None
    return not isinstance(part, (tree.BackReference, tree.Dot))


def _same_in_class(part: tree.Character | tree.Escape) -> bool:
    return part.letter in "pP" if isinstance(part, tree.Escape) else _SAME_CHARACTER.fullmatch(part.text) is not None


def _written(part: tree.Part) -> str:  # noqa: C901, PLR0911 - one case for each kind of part
    """A part in the dialect of the validator."""
    match part:
        case tree.Character():
            return _literal(part.code)
        case tree.Escape():
            return f"[{_members(part)}]"
        case tree.Class():
            return _class(part)
        case tree.Dot():
            return _DOT
        case tree.Assertion():
            return _BOUNDARIES.get(part.text, part.text)
        case tree.Group():
            return f"({'' if part.number else '?:'}{_written(part.part)})"
        case tree.Look():
            return f"({part.kind}{_written(part.part)})"
        case tree.BackReference():
            return f"(?:\\{part.number})"
        case tree.Sequence():
            return "".join(map(_written, part.parts))
        case tree.Choice():
            return "|".join(map(_written, part.branches))
        case tree.Repeat():
            return _written(part.part) + part.text


def _class(part: tree.Class) -> str:
    def member(one: tree.Character | tree.Escape | tree.Range) -> str:
        if isinstance(one, tree.Range):
            between = "-" if isinstance(one.high, tree.Character) else "\\x{2D}"
            return f"{member(one.low)}{between}{member(one.high)}"
        return _literal(one.code) if isinstance(one, tree.Character) else _members(one)

    if not part.members:
        return _ANY if part.negated else f"[^{_ANY[1:]}"
    return f"[{'^' if part.negated else ''}{''.join(map(member, part.members))}]"


@functools.lru_cache(maxsize=4096)
def translated(pattern: str) -> str:
    """The same expression in the dialect of the validator.

    Raises:
        parser.PatternError: it is not ECMA-262, or refers to a group that may not have matched.
    """
    part = parser.parse(pattern)
    return pattern if all(map(_is_same, tree.walk(part))) else _written(part)


def translation(pattern: str) -> str:
    """The expression as the validator reads it; itself if it cannot be read."""
    try:
        return translated(pattern)
    except parser.PatternError:
        return pattern


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Callable[[str], bool] | str:
    """The predicate that tests a text, or the reason why the expression cannot be compiled."""
    try:
        return jsonschema_rs.Draft202012Validator({"pattern": translated(pattern)}).is_valid
    except parser.PatternError as error:
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
