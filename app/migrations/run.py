"""Bring a database to the tables of this version, or back. Called by the command line and the start, never by a request."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event

from app.core import sqlite

# Seconds to wait for another process that migrates; then the driver's "database is locked" is raised.
_PATIENCE = 60.0


class BrokenReferences(Exception):
    """After the migration, rows would refer to rows that are not there. Nothing was changed."""


def upgrade(url: str) -> list[str]:
    """Apply what is missing, all or nothing, and return the revisions applied, oldest first.

    Processes that migrate at once wait for each other; the second finds nothing to do.

    Raises:
        ValueError: `sqlite://`, whose tables nobody else would see: use the `url` of the connected Database.
        BrokenReferences: a migration forgot rows.
    """
    with _locked(url) as connection:
        missing = _missing(connection)
        if missing:
            command.upgrade(_config(connection), "head")
        return missing


def downgrade(url: str, revision: str) -> list[str]:
    """Go back to a revision, or to `base`: an empty database. Returns the revisions undone, newest first.

    Raises:
        ValueError, BrokenReferences: as in upgrade.
    """
    with _locked(url) as connection:
        before = _missing(connection)
        command.downgrade(_config(connection), revision)
        return [undone for undone in reversed(_missing(connection)) if undone not in before]


def revise(url: str, message: str) -> Path:
    """Write a new migration from the difference between the models and a migrated database. Read it before you commit it."""
    with _locked(url) as connection:
        number = len(list(_scripts().walk_revisions())) + 1
        script = command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04}")
    if script is None or isinstance(script, list):
        raise RuntimeError("Alembic wrote no single migration")
    return Path(script.path)


def _path(url: str) -> Path:
    path = sqlite.path_of(url)
    if path is None:
        raise ValueError("sqlite:// is a database of its own for every connection: migrate the `url` of the connected Database")
    return path


@contextlib.contextmanager
def _engine(path: Path, begin: str) -> Iterator[Engine]:
    # isolation_level None and our own BEGIN: the driver would commit before each CREATE TABLE. Foreign keys stay off, as SQLite
    # has it by default: the batch mode of Alembic drops and renames tables, which would delete the rows that refer to them.
    engine = create_engine(f"sqlite:///{path}", connect_args={"isolation_level": None, "timeout": _PATIENCE})
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    try:
        yield engine
    finally:
        engine.dispose()


@contextlib.contextmanager
def _locked(url: str) -> Iterator[Connection]:
    """A transaction that alone may write from its first moment, so that what it reads stays true; it commits at the end."""
    path = _path(url)
    path.parent.mkdir(parents=True, exist_ok=True)
    with _engine(path, "BEGIN IMMEDIATE") as engine, engine.begin() as connection:
        yield connection
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise BrokenReferences(f"{len(orphans)} rows refer to nothing, the first in the table {orphans[0][0]}")


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(Path(__file__).parent))


def _missing(connection: Connection) -> list[str]:
    done = MigrationContext.configure(connection).get_current_heads()
    return [script.revision for script in _scripts().iterate_revisions("heads", done or "base")][::-1]
