"""Path segments with parameters: `{id}`, `{name}.{extension}`, `v{major}`, `{point}{;style}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, unquote

_MARKS = {"label": ".", "matrix": ";"}
_UNRESERVED = re.compile(r"%(?:2[DdEe]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])")  # letters, digits, and - . _ ~
_PATH = "!$&'()*+,;=:@~"  # what a segment may hold unquoted (RFC 3986, pchar)
_TEMPLATE = re.compile(r"\{([^{}]*)\}")


def template_names(path: str) -> list[str]:
    """The names of a path's parameters, in order."""
    return _TEMPLATE.findall(path)


def normalized(segment: str) -> str:
    """The same segment with percent-encoded unreserved characters decoded (RFC 3986, 6.2.2.2)."""
    return _UNRESERVED.sub(lambda encoded: unquote(encoded[0]), segment)


def _spelled(text: str, *, marks: bool) -> str:
    """A regular expression for a literal text as clients may write it: percent-encoded or not, in either case.

    With `marks` this includes `-`, `.`, `_` and `~`, which otherwise are data when they are percent-encoded.
    """

    def spelled(character: str) -> str:
        written = quote(character, safe=_PATH)
        if len(written) > 1:
            return f"(?i:{written})"
        if character.isalnum() or (marks and character in "-._~"):
            return f"(?:{re.escape(character)}|(?i:%{ord(character):02X}))"
        return re.escape(character)

    return "".join(map(spelled, text))


@dataclass(frozen=True)
class Pattern:
    """One segment: literal texts, and between them parameters, each with the prefix of its style.

    Parameters are greedy: for `a.b.c` in `{name}.{extension}`, the name is `a.b`. A parameter before a prefixed one does not
    contain that prefix. Names are not compared, so two paths that differ only in names are equal.
    """

    texts: tuple[str, ...]
    marks: tuple[str, ...]
    names: tuple[str, ...] = field(compare=False)

    @classmethod
    def of(cls, segment: str, styles: Mapping[str, str]) -> Pattern | None:
        """Parse a segment of a path; None if it has no parameters."""
        parts = _TEMPLATE.split(segment)
        names = tuple(parts[1::2])
        texts = tuple(unquote(text) for text in parts[::2])
        return cls(texts, tuple(_MARKS.get(styles.get(name, ""), "") for name in names), names) if names else None

    @property
    def is_whole(self) -> bool:
        """Whether it is one parameter and nothing else."""
        return self.texts == ("", "")

    @property
    def rank(self) -> tuple[int, int]:
        """Sort key: more literal text first, then fewer parameters."""
        return -sum(map(len, self.texts)), len(self.marks)

    @property
    def touching(self) -> str | None:
        """A parameter that directly follows another one without text or prefix between them, which is ambiguous."""
        between = zip(self.names[1:], self.texts[1:], self.marks[1:], strict=False)
        return next((name for name, text, mark in between if not text and not mark), None)

    @property
    def reserved(self) -> str:
        """The characters that must be percent-encoded in values, so that they can be read back."""
        if len(self.names) == 1:
            return ""
        return "".join(sorted({*"".join(self.texts), *"".join(self.marks[1:])}))

    @cached_property
    def _match(self) -> re.Pattern[str]:
        ends = (0, len(self.texts) - 1)
        first, *others = (_spelled(text, marks=index in ends) for index, text in enumerate(self.texts))
        written = first
        for index, (mark, text) in enumerate(zip(self.marks, others, strict=True)):
            following = self.marks[index + 1] if index + 1 < len(self.marks) and not text else ""
            inside = f"[^{re.escape(following)}]" if following else "."
            written += f"({re.escape(mark)}{inside}{'*' if mark else '+'}){text}"
        return re.compile(written, re.DOTALL)

    def match(self, raw: str) -> list[str] | None:
        """The texts of the parameters in a segment as it was sent, not decoded; None if it does not match."""
        found = self._match.fullmatch(raw)
        return list(found.groups()) if found is not None else None
