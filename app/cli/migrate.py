"""`python -m app migrate`: apply migrations, undo them, or check for pending ones and drift."""

from __future__ import annotations

import typer

from app.cli.errors import fail
from app.cli.settings import pending_migrations
from app.core.config import Settings


def migrate(settings: Settings, *, check: bool, back_to: str | None) -> None:
    """Apply pending migrations, downgrade to a revision, or only check."""
    if check:
        _check(settings)
        return
    if back_to is not None:
        _go_back(settings.database_url, back_to)
        return
    applied = upgrade(settings)
    typer.echo(f"applied: {', '.join(applied)}" if applied else "up to date")


def upgrade(settings: Settings) -> list[str]:
    """Apply pending migrations; return their revisions."""
    if not pending_migrations(settings):
        return []
    from app.migrations import run  # noqa: PLC0415 - a server would keep Alembic in memory for nothing

    return run.upgrade(settings.database_url)


def _check(settings: Settings) -> None:
    if pending := pending_migrations(settings):
        fail(f"pending: {', '.join(pending)}")  # drift is only meaningful once they are applied
    from app.migrations import drift  # noqa: PLC0415 - as above

    if differences := drift.find(settings.database_url):
        fail(*differences)
    typer.echo("up to date")


def _go_back(url: str, revision: str) -> None:
    from app.migrations import run  # noqa: PLC0415 - as above

    undone = run.downgrade(url, revision)
    typer.echo(f"undone: {', '.join(undone)}" if undone else "nothing to undo")
