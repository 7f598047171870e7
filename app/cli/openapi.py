"""`python -m app openapi`: print the contract."""

from __future__ import annotations

from pathlib import Path

import msgspec
import typer

from app import contract
from app.core.printable import printable_json


def openapi(*, output: Path | None, as_json: bool) -> None:
    """Print openapi.yaml as it is written, or as JSON; or write it to a file, which is replaced."""
    text = _as_json() if as_json else contract.DOCUMENT.read_text(encoding="utf-8")
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def _as_json() -> str:
    return printable_json(msgspec.json.format(msgspec.json.encode(contract.document().data)).decode()) + "\n"
