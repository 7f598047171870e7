"""The filters of the templates: Python source that is correct for any text of the document."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping

from accord.generate.ir.nodes import Argument

WIDTH = 128  # columns


def docstring(text: str, levels: int = 1) -> str:
    """A docstring, indented by so many levels, whose text is exactly `text` but for its line breaks."""
    indent = "    " * levels
    paragraphs = [" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n")]
    printable = "\n\n".join("".join(c if c.isprintable() else " " for c in p) for p in paragraphs if p)
    # No three quotes in a row, and none at the end.
    safe = re.sub(r'"(?="|\Z)', r"\"", printable.replace("\\", r"\\"))
    body = "\n\n".join(textwrap.fill(p, WIDTH - 12, break_long_words=False) for p in safe.split("\n\n"))
    end = "\n" if "\n" in body else ""
    return textwrap.indent(f'"""{body}{end}"""', indent)


def literal(value: object) -> str:
    """A literal in printable characters; a string in double quotes, if it holds none."""
    text = repr(value)
    return f'"{text[1:-1]}"' if text[0] == "'" and '"' not in text else text


def declaration(argument: Argument) -> str:
    """`name: annotation = default`."""
    return f"{argument.name}: {argument.annotation}{f' = {argument.default}' if argument.default else ''}"


def sequence(items: Iterable[object]) -> str:
    """A tuple of literals, with a trailing comma: the formatter writes each in a line of its own if there are several."""
    return f"({''.join(f'{item!r}, ' for item in items)})"


def mapping(names: Mapping[str, str]) -> str:
    """A dict of Python names or expressions by text."""
    return f"{{{', '.join(f'{text!r}: {name}' for text, name in names.items())}}}"
