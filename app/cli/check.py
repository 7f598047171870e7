"""`python -m app check`: compare the document with its handlers."""

from __future__ import annotations

from app import contract
from app.cli.output import show
from app.main import handlers


def check(*, as_json: bool) -> None:
    """Count the operations; raises `BindingError` unless each has its handler."""
    name, number = contract.document().name, len(handlers())
    show({"document": name, "operations": number}, f"{name}: {number} operations, each with a handler", as_json=as_json)
