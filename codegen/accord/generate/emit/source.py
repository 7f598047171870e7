"""Python source text: literals, docstrings and indentation that survive any text of the document."""

from __future__ import annotations

import re
import textwrap

WIDTH = 128  # columns, as in pyproject.toml


def string(text: str) -> str:
    """A string literal in double quotes, in printable characters."""
    quoted = repr(text)
    if quoted[0] == "'" and '"' not in text:
        return f'"{quoted[1:-1]}"'
    return quoted


def docstring(text: str, indent: str = "    ") -> str:
    """A docstring whose text is exactly `text` but for its line breaks."""
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n")]
    printable = "\n\n".join("".join(c if c.isprintable() else " " for c in p) for p in paragraphs if p)
    # No three quotes in a row, and none at the end.
    safe = re.sub(r'"(?="|\Z)', r"\"", printable.replace("\\", r"\\"))
    wrapped = "\n\n".join(textwrap.fill(p, WIDTH - len(indent) - 8, break_long_words=False) for p in safe.split("\n\n"))
    body = textwrap.indent(wrapped, indent).removeprefix(indent)
    end = f"\n{indent}" if "\n" in body else ""
    return f'{indent}"""{body}{end}"""\n'


def indented(text: str, levels: int = 1) -> str:
    """The lines of `text`, further in."""
    return textwrap.indent(text, "    " * levels)
