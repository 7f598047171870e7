"""`accord --version`."""

from __future__ import annotations

import typer

from app.contract import version


def print_version() -> None:
    """Print the version of the contract."""
    typer.echo(f"accord {version()}")
