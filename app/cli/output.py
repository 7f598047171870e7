"""What commands print: results on standard output, as text or JSON; progress on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import typer

from app.core.printable import printable, printable_json


class Bar(Protocol):
    """A progress bar."""

    pos: int

    def update(self, n_steps: int) -> None:
        """Add steps."""


def show(data: Mapping[str, Any], *lines: str, as_json: bool) -> None:
    """Print the result of a command: the lines, or the data as one line of JSON."""
    if as_json:
        print_json(data)
        return
    for line in lines:
        typer.echo(line)


def print_json(value: object) -> None:
    """Print a value as one line of JSON."""
    typer.echo(printable_json(json.dumps(value, ensure_ascii=False)))


def print_table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows with aligned columns, without a heading."""
    shown = [tuple(map(printable, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def progress(length: int, label: str) -> AbstractContextManager[Bar]:
    """A progress bar on standard error, if that is a terminal."""
    return typer.progressbar(length=length, label=label, show_pos=True, file=sys.stderr, hidden=not sys.stderr.isatty())
