"""The history of the tables: one file in `versions/` a step, named by its number. `run` applies them, with Alembic."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.core.errors import DatabaseUnreachable
from app.core.urls import database as database_url

REVISIONS = sorted(path.name.partition("_")[0] for path in (Path(__file__).parent / "versions").glob("[0-9]*_*.py"))


class MigrationError(Exception):
    """The database cannot be brought to the wanted revision. Nothing was changed, unless its words say so."""


class NewerDatabase(MigrationError):
    """A later version of this service has migrated the database."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database is at revision {revision}, which this version does not know (its last is {REVISIONS[-1]}): run the "
            f"version that made it, or go back with that version's `accord migrate --back-to {REVISIONS[-1]}`"
        )


class BrokenReferences(MigrationError):
    """After the migration, rows would refer to rows that are not there."""


class LockTimeout(MigrationError):
    """Long transactions of others hold a table that the migration must change."""


def path_of(url: str) -> Path:
    """The file behind a SQLite URL.

    Raises:
        ValueError: `sqlite://`, whose tables nobody else would see: use the `url` of the connected Database.
    """
    path = database_url.sqlite_path(url)
    if path is None:
        raise ValueError("sqlite:// is a database of its own for every connection; name a file: sqlite:///data/accord.db")
    return path


def pending(url: str) -> list[str]:
    """The revisions that `run.upgrade` would apply, oldest first. Changes nothing, and makes no file where there is none.

    It asks without Alembic, whose import would cost every worker 10 MB and a tenth of a second, and on SQLite without any
    library.

    Raises:
        NewerDatabase: there is nothing to apply, since the database is ahead.
        ValueError: the URL is wrong, or `sqlite://`.
        DatabaseUnreachable: it cannot be reached or read, or the file is none.
    """
    done = _on_postgresql(url) if database_url.is_postgresql(url) else _in_file(path_of(url))
    if done is not None and done not in REVISIONS:
        raise NewerDatabase(done)
    return [revision for revision in REVISIONS if done is None or revision > done]


def _in_file(path: Path) -> str | None:
    try:
        if not path.exists():
            return None
        # Not `ro`, which cannot read what a process has left that was killed while it wrote.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (OSError, sqlite3.DatabaseError) as error:
        if "no such table" in str(error):  # nothing was ever applied
            return None
        why = error.strerror if isinstance(error, OSError) else error
        raise DatabaseUnreachable(f"cannot open the SQLite file {path}: {why}") from error
    return None if row is None else str(row[0])


def _on_postgresql(url: str) -> str | None:
    from app.migrations import postgres  # noqa: PLC0415 - asyncpg, which SQLite does without

    return postgres.run(postgres.revision(url))
