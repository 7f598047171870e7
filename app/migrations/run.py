"""Bring a database to the tables of this version, or back. Called by the command line and the start, never by a request."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from app.migrations import REVISIONS, NewerDatabase
from app.migrations.locking import exclusively

VERSIONS = Path(__file__).parent / "versions"


def upgrade(url: str) -> list[str]:
    """Apply what is missing, and return the revisions applied, oldest first.

    All or nothing, but for revisions that build an index while others write (`app.migrations.ddl`): what was done up to
    them stays. Processes that migrate at once wait for each other; the second finds nothing to do.

    Raises:
        ValueError: the URL is wrong, or `sqlite://`, whose tables nobody else would see.
        NewerDatabase: the database is ahead of this version.
        BrokenReferences: a migration forgot rows.
        LockTimeout: others hold a table; try again when there is less to do.
        DatabaseUnreachable: the database cannot be reached.
    """
    applied: list[str] = []

    def work(connection: Connection) -> None:
        missing = _missing(connection)
        applied.extend(revision for revision in missing if revision not in applied)
        if missing:
            _apply(connection, lambda config: command.upgrade(config, "head"))

    exclusively(url, work)
    return applied


def downgrade(url: str, revision: str) -> list[str]:
    """Go back to a revision, or to `base`: an empty database. Returns the revisions undone, newest first.

    Raises:
        ValueError: as in upgrade; or there is no such revision, or it is not applied.
        NewerDatabase, BrokenReferences, LockTimeout, DatabaseUnreachable: as in upgrade.
    """
    if revision not in {"base", *REVISIONS}:
        raise ValueError(f"there is no revision {revision}; there are base, {', '.join(REVISIONS)}")

    def work(connection: Connection) -> list[str]:
        before = _missing(connection)
        if revision in before:
            raise ValueError(f"the database has not come to revision {revision}: only the way back is asked for here")
        _apply(connection, lambda config: command.downgrade(config, revision))
        return [undone for undone in reversed(_missing(connection)) if undone not in before]

    return exclusively(url, work)


def revise(url: str, message: str) -> Path:
    """Write a new migration from the difference between the models and a migrated database. Read it before you commit it.

    The database is a PostgreSQL: on SQLite, Alembic does not see indexes on expressions, and does not say so.
    """

    def work(connection: Connection) -> Path:
        number = len(list(scripts().walk_revisions())) + 1
        script = command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04}")
        if script is None or isinstance(script, list):
            raise RuntimeError("Alembic wrote no single migration")
        path = Path(script.path)
        path.write_text(_in_our_words(path.read_text()))
        return path

    return exclusively(url, work)


def _in_our_words(script: str) -> str:
    changed = re.sub(r"op\.batch_alter_table\((.*?), schema=None\)", r"ddl.alter_table(\1)", script)
    return changed if changed == script else changed.replace("import op\n", "import op\n\nfrom app.migrations import ddl\n", 1)


def scripts() -> ScriptDirectory:
    """The revisions as Alembic knows them."""
    return ScriptDirectory.from_config(_config())


def _apply(connection: Connection, step: Callable[[Config], None]) -> None:
    if connection.dialect.name == "postgresql":
        connection.rollback()  # of what was read: the transaction is Alembic's, which may have to commit it in between
    step(_config(connection))


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    options = {"script_location": Path(__file__).parent, "version_locations": VERSIONS, "path_separator": "newline"}
    for name, value in options.items():
        config.set_main_option(name, str(value).replace("%", "%%"))
    return config


def _missing(connection: Connection) -> list[str]:
    done = MigrationContext.configure(connection).get_current_heads()
    newest_first = [script.revision for script in scripts().walk_revisions()]
    if unknown := [revision for revision in done if revision not in newest_first]:
        raise NewerDatabase(", ".join(unknown))
    return newest_first[: newest_first.index(done[0]) if done else None][::-1]
