"""Path segments that hold parameters: `{id}`, `{name}.{extension}`, `v{major}`, `{point}{;style}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import quote, unquote

_MARKS = {"label": ".", "matrix": ";"}
_ENCODED = re.compile(r"%(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa])")  # letters and digits
_PATH = "!$&'()*+,;=:@~"  # what a segment may hold unquoted (RFC 3986, pchar)
_TEMPLATE = re.compile(r"\{([^{}]*)\}")


def template_names(path: str) -> list[str]:
    """The names of a path's parameters, in order."""
    return _TEMPLATE.findall(path)


@dataclass(frozen=True)
class Pattern:
    """One segment: texts, and between them parameters, each with the mark that its style begins with.

    A parameter takes as much as it can: of `a.b.c` in `{name}.{extension}` the name is `a.b`. One before a marked parameter has
    not that mark in it. Names do not count, so that two paths that differ in nothing else are one.
    """

    texts: tuple[str, ...]
    marks: tuple[str, ...]
    names: tuple[str, ...] = field(compare=False)

    @classmethod
    def of(cls, segment: str, styles: Mapping[str, str]) -> Pattern | None:
        """Read a segment of a path; None: it has no parameters."""
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
        """Smaller is tried first: more text, then fewer parameters."""
        return -sum(map(len, self.texts)), len(self.marks)

    @property
    def touching(self) -> str | None:
        """A parameter of which nobody could say where it begins, because it follows another without text or mark between."""
        between = zip(self.names[1:], self.texts[1:], self.marks[1:], strict=False)
        return next((name for name, text, mark in between if not text and not mark), None)

    @property
    def reserved(self) -> str:
        """The characters that must be percent-encoded in values for them to be read back."""
        if len(self.names) == 1:
            return ""
        return "".join(sorted({*"".join(self.texts), *"".join(self.marks[1:])}))

    @cached_property
    def _match(self) -> re.Pattern[str]:
        written = re.escape(quote(self.texts[0], safe=_PATH))
        for index, mark in enumerate(self.marks):
            text = re.escape(quote(self.texts[index + 1], safe=_PATH))
            following = self.marks[index + 1] if index + 1 < len(self.marks) and not text else ""
            inside = f"[^{re.escape(following)}]" if following else "."
            written += f"({re.escape(mark)}{inside}{'*' if mark else '+'}){text}"
        return re.compile(written, re.DOTALL)

    def match(self, raw: str) -> list[str] | None:
        """The texts of the parameters in a segment as it was sent, not decoded; None: it is another."""
        found = self._match.fullmatch(raw)
        if found is None and "%" in raw:  # a letter may be percent-encoded; it is then no less of the text
            found = self._match.fullmatch(_ENCODED.sub(lambda encoded: unquote(encoded[0]), raw))
        return list(found.groups()) if found is not None else None
