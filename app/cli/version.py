"""`python -m app version`."""

from __future__ import annotations

from app import contract
from app.cli.output import show


def version(*, as_json: bool) -> None:
    """Print the title and version of the contract."""
    title, number = contract.title(), contract.version()
    show({"title": title, "version": number}, f"{title} {number}", as_json=as_json)
