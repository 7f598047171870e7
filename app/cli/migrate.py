"""`accord migrate`: bring a database to the tables of this version, or back, or compare."""

from __future__ import annotations

import typer

from app.cli.errors import fail
from app.cli.tables import pending
from app.core.config import Settings


def migrate(settings: Settings, *, check: bool, back_to: str | None) -> None:
    """Bring the database's tables to this version."""
    if check:
        _check(settings)
        return
    if back_to is not None:
        _go_back(settings.database_url, back_to)
        return
    applied = upgrade(settings)
    typer.echo(f"applied: {', '.join(applied)}" if applied else "nothing to do")


def upgrade(settings: Settings) -> list[str]:
    """Apply what is pending; the revisions applied."""
    if not pending(settings):
        return []
    from app.migrations import run  # noqa: PLC0415 - Alembic is needed once, and would stay in the server's memory

    return run.upgrade(settings.database_url)


def _check(settings: Settings) -> None:
    if waiting := pending(settings):
        fail(f"pending: {', '.join(waiting)}")  # what they will change is not yet drift
    from app.migrations import drift  # noqa: PLC0415 - as above

    if differences := drift.find(settings.database_url):
        fail(*differences)
    typer.echo("nothing is pending")


def _go_back(url: str, revision: str) -> None:
    from app.migrations import run  # noqa: PLC0415 - as above

    undone = run.downgrade(url, revision)
    typer.echo(f"undone: {', '.join(undone)}" if undone else "nothing to do")
