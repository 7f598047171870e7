"""Which expressions mean the same to every engine (ECMA-262, Python, Rust, RE2), and which to pydantic."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from pydantic_core import SchemaError, SchemaValidator, core_schema

from accord.jsonschema.regex import parser, tree
from accord.jsonschema.regex.ecma import translated

_CLASSES = {"d": "[0-9]", "w": "[A-Za-z0-9_]", "s": "[ \\t]", "D": "[^0-9]", "W": "[^A-Za-z0-9_]", "S": "[^ \\t]"}
_ALIKE = "nrtu"  # the letters of escapes that every engine has


def fault(pattern: str) -> str | None:
    """Why an expression is not portable, as `what: how to correct it`; None if it is."""
    try:
        part = parser.parse(pattern)
    except parser.PatternError as error:
        return f"cannot be read, {error}" if ": " in str(error) else f"cannot be read, {error}: correct it"
    branches = part.branches if isinstance(part, tree.Choice) else (part,)
    anchors = [_end(branches[0], 0, "^"), _end(branches[-1], -1, "$")]
    if None in anchors:
        return "is not anchored, so it finds its text anywhere: write `^...$`"
    inside = (one for one in tree.walk(part) if not any(one is anchor for anchor in anchors))
    found = next((what for one in inside for what in _faults(one, pattern)), None)
    if found is None and isinstance(part, tree.Choice):
        return "is anchored only in parts, `^` binds to the first alternative: write `^(...|...)$`"
    return found


def _end(branch: tree.Part, index: int, anchor: str) -> tree.Part | None:
    """The first or last part of a branch, if it is an anchor."""
    parts = branch.parts if isinstance(branch, tree.Sequence) else ()
    return parts[index] if parts and parts[index] == tree.Assertion(anchor) else None


def _faults(part: tree.Part, pattern: str) -> Iterator[str]:
    """What engines read differently in one part, parts inside it not looked at."""
    match part:
        case tree.Group(name=str()) | tree.Look():
            yield f"has `{part.text}`, which linear-time engines lack or spell differently: write it with `(...)` alone"
        case tree.Assertion(text="^" | "$"):
            yield f"has a `{part.text}` inside: keep one at each end, or write `\\{part.text}`"
        case tree.Assertion() | tree.BackReference():
            yield _different(part.text)
        case tree.Dot():
            yield "has a `.`, whose newlines differ between engines: list the characters, as in `[^\\u0000]`"
        case tree.Character(text="{"):
            yield "has a `{` that counts nothing: write `\\{`"
        case tree.Character(text="}" | "]"):
            yield f"has a bare `{part.text}`: write `\\{part.text}`"
        case tree.Character() | tree.Escape():
            yield from _escape(part)
        case tree.Class():
            yield from _class(part, pattern)


def _class(part: tree.Class, pattern: str) -> Iterator[str]:
    for member in part.members:
        ends = (member.low, member.high) if isinstance(member, tree.Range) else (member,)
        low = ends[0].text
        doubled = isinstance(ends[0], tree.Character) and low in "&-~|" and pattern[ends[0].end : ends[0].end + 1] == low
        if low == "[" or doubled:
            yield f"has a bare `{low}` in a class, a set operation to some engines: write `\\{low}`"
        for end in ends:
            yield from _escape(end)
    if not part.members:
        yield "has an empty class: list its characters"


def _escape(part: tree.Character | tree.Escape) -> Iterator[str]:
    if part.text.startswith("\\u{"):
        yield "has a `\\u` without four digits: write as in `\\u0000`"
    elif isinstance(part, tree.Escape) and part.letter in _CLASSES:
        yield f"has `{part.text}`, which is ASCII for some engines only: write `{_CLASSES[part.letter]}`"
    elif part.text[0] == "\\" and part.text[1].isalnum() and part.text[1] not in _ALIKE:
        yield _different(part.text)


def _different(text: str) -> str:
    return f"has `{text[:2]}`, which engines read differently: write the characters themselves"


@functools.cache
def compiles(pattern: str) -> bool:
    """Whether pydantic's engine and `re` compile an expression and give it the same meaning as the validator.

    Other patterns are left out of the models; the validator enforces them.
    """
    try:
        if translated(pattern) != pattern:
            return False
        re.compile(pattern)
        SchemaValidator(core_schema.str_schema(pattern=pattern))
    except (parser.PatternError, re.error, SchemaError):
        return False
    return True
