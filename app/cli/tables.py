"""Whether the database has the tables of this version, or a clear message. On SQLite it takes no library to know."""

from __future__ import annotations

from app import migrations
from app.cli.errors import MISUSED, fail, program
from app.core.config import Settings
from app.core.urls.database import describe


def pending(settings: Settings) -> list[str]:
    """The migrations that the database lacks."""
    try:
        return migrations.pending(settings.database_url)
    except ValueError as error:
        fail(f"DATABASE_URL: {error}", code=MISUSED)


def require_tables(settings: Settings) -> None:
    """End with a message if migrations are pending."""
    if waiting := pending(settings):
        named = describe(settings.database_url)
        fail(f"the database lacks the migrations {', '.join(waiting)}: run `{program()} migrate` (DATABASE_URL: {named})")
