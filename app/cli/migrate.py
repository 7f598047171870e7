"""`python -m app migrate`: apply migrations, undo them, or check for pending ones and drift."""

from __future__ import annotations

from app.cli.errors import fail
from app.cli.output import progress, show
from app.cli.settings import pending_migrations
from app.core.config import Settings


def migrate(settings: Settings, *, check: bool, back_to: str | None, as_json: bool) -> None:
    """Apply pending migrations, downgrade to a revision, or only check."""
    if check:
        _check(settings, as_json=as_json)
        return
    if back_to is not None:
        _go_back(settings.database_url, back_to, as_json=as_json)
        return
    applied = upgrade(settings)
    show({"applied": applied}, f"applied: {', '.join(applied)}" if applied else "up to date", as_json=as_json)


def upgrade(settings: Settings) -> list[str]:
    """Apply pending migrations; return their revisions."""
    if not (pending := pending_migrations(settings)):
        return []
    from app.migrations import run  # noqa: PLC0415 - a server would keep Alembic in memory for nothing

    with progress(len(pending), "migrations") as bar:
        return run.upgrade(settings.database_url, lambda: bar.update(1))


def _check(settings: Settings, *, as_json: bool) -> None:
    if pending := pending_migrations(settings):
        show({"pending": pending, "differences": []}, as_json=as_json)
        fail(f"pending: {', '.join(pending)}")  # drift is only meaningful once they are applied
    from app.migrations import drift  # noqa: PLC0415 - as above

    differences = drift.find(settings.database_url)
    show({"pending": [], "differences": differences}, *([] if differences else ["up to date"]), as_json=as_json)
    if differences:
        fail(*differences)


def _go_back(url: str, revision: str, *, as_json: bool) -> None:
    from app.migrations import run  # noqa: PLC0415 - as above

    undone = run.downgrade(url, revision)
    show({"undone": undone}, f"undone: {', '.join(undone)}" if undone else "nothing to undo", as_json=as_json)
