"""Schema migrations: one numbered file per revision in `versions/`, applied by `run` with Alembic."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from app.core.errors import DatabaseUnreachable
from app.core.urls import database as database_url

REVISIONS = sorted(path.name.partition("_")[0] for path in (Path(__file__).parent / "versions").glob("[0-9]*_*.py"))


class MigrationError(Exception):
    """The migration failed. Nothing was changed, unless the message says so."""


class NewerDatabase(MigrationError):
    """The database was migrated by a later version of the service."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"the database is at revision {revision}, which is unknown to this version (its latest is {REVISIONS[-1]}): "
            f"run the later version, or downgrade with its `python -m app migrate --back-to {REVISIONS[-1]}`"
        )


def path_of(url: str) -> Path:
    """The file behind a SQLite URL.

    Raises:
        ValueError: the URL is `sqlite://`, a private database of each connection.
    """
    path = database_url.sqlite_path(url)
    if path is None:
        raise ValueError("sqlite:// is a private database of each connection; name a file: sqlite:///data/accord.db")
    return path


def pending(url: str) -> list[str]:
    """The revisions that `run.upgrade` would apply, oldest first. Changes nothing and creates no file.

    Does not import Alembic, which would cost every worker 10 MB and a tenth of a second.

    Raises:
        NewerDatabase: the database is ahead of this version.
        ValueError: the URL is invalid, or `sqlite://`.
        DatabaseUnreachable: the database cannot be reached or read, or the file is not a database.
    """
    current = _revision_on_postgresql(url) if database_url.is_postgresql(url) else _revision_of_file(path_of(url))
    if current is not None and current not in REVISIONS:
        raise NewerDatabase(current)
    return [revision for revision in REVISIONS if current is None or revision > current]


def _revision_of_file(path: Path) -> str | None:
    try:
        if not path.exists():
            return None
        # Not mode=ro, which cannot recover the write-ahead log of a process that was killed.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except (OSError, sqlite3.DatabaseError) as error:
        if "no such table" in str(error):  # no migration was ever applied
            return None
        why = error.strerror if isinstance(error, OSError) else error
        raise DatabaseUnreachable(f"cannot open the SQLite file {path}: {why}") from error
    return None if row is None else str(row[0])


def _revision_on_postgresql(url: str) -> str | None:
    from app.migrations import postgres  # noqa: PLC0415 - imports asyncpg, which SQLite does not need

    return postgres.run(postgres.revision(url))
