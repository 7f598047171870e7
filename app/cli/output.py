"""What commands print on standard output: JSON and tables. Messages go to standard error (`app.cli.errors`)."""

from __future__ import annotations

import json
from collections.abc import Sequence

import typer

from app.core.printable import printable, printable_json


def print_json(value: object) -> None:
    """Print a value as one line of JSON."""
    typer.echo(printable_json(json.dumps(value, ensure_ascii=False)))


def print_table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows with aligned columns, without a heading."""
    shown = [tuple(map(printable, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
