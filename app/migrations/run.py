"""Upgrade and downgrade a database with Alembic. Called by the command line and at start, never by a request."""

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


def upgrade(url: str, step: Callable[[], None] | None = None) -> list[str]:
    """Apply pending migrations and return their revisions, oldest first. `step` is called after each.

    All or nothing, except that a revision which builds an index online (`app.migrations.ddl`) commits what came before it.
    Processes that migrate at the same time wait for each other; the second finds nothing to apply.

    Raises:
        ValueError: the URL is invalid, or `sqlite://`, a private database of each connection.
        NewerDatabase: the database is ahead of this version.
        MigrationError: a migration would break foreign keys, or other transactions hold locks on a table.
        DatabaseUnreachable: the database cannot be reached.
    """
    applied: list[str] = []

    def work(connection: Connection) -> None:
        pending = _pending(connection)
        applied.extend(revision for revision in pending if revision not in applied)
        if pending:
            _apply(connection, lambda config: command.upgrade(config, "head"), step)

    exclusively(url, work)
    return applied


def downgrade(url: str, revision: str) -> list[str]:
    """Downgrade to a revision, or to `base`, an empty database. Returns the undone revisions, newest first.

    Raises:
        ValueError: as in upgrade; or the revision does not exist or is not applied.
        NewerDatabase, MigrationError, DatabaseUnreachable: as in upgrade.
    """
    if revision not in {"base", *REVISIONS}:
        raise ValueError(f"revision {revision} does not exist; use one of base, {', '.join(REVISIONS)}")

    def work(connection: Connection) -> list[str]:
        before = _pending(connection)
        if revision in before:
            raise ValueError(f"revision {revision} is not applied: a downgrade needs an earlier revision than the current one")
        _apply(connection, lambda config: command.downgrade(config, revision))
        return [undone for undone in reversed(_pending(connection)) if undone not in before]

    return exclusively(url, work)


def revise(url: str, message: str) -> Path:
    """Generate a migration from the difference between the models and a migrated database. Review it before you commit it.

    Use a PostgreSQL database: on SQLite, Alembic silently ignores indexes on expressions.
    """

    def work(connection: Connection) -> Path:
        number = int(scripts().get_current_head() or 0) + 1
        script = command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04}")
        if script is None or isinstance(script, list):
            raise RuntimeError("Alembic generated no migration, or several")
        path = Path(script.path)
        path.write_text(_with_our_ddl(path.read_text()))
        return path

    return exclusively(url, work)


def _with_our_ddl(script: str) -> str:
    changed = re.sub(r"op\.batch_alter_table\((.*?), schema=None\)", r"ddl.alter_table(\1)", script)
    return changed if changed == script else changed.replace("import op\n", "import op\n\nfrom app.migrations import ddl\n", 1)


def scripts() -> ScriptDirectory:
    """The revisions, for Alembic."""
    return ScriptDirectory.from_config(_config())


def _apply(connection: Connection, work: Callable[[Config], None], step: Callable[[], None] | None = None) -> None:
    if connection.dialect.name == "postgresql":
        connection.rollback()  # end the reading transaction: Alembic begins its own and may commit it in between
    work(_config(connection, step))


def _config(connection: Connection | None = None, step: Callable[[], None] | None = None) -> Config:
    config = Config(attributes={"connection": connection, "step": step})
    options = {"script_location": Path(__file__).parent, "version_locations": VERSIONS, "path_separator": "newline"}
    for name, value in options.items():
        config.set_main_option(name, str(value).replace("%", "%%"))
    return config


def _pending(connection: Connection) -> list[str]:
    current = MigrationContext.configure(connection).get_current_heads()
    newest_first = [script.revision for script in scripts().walk_revisions()]
    if unknown := [revision for revision in current if revision not in newest_first]:
        raise NewerDatabase(", ".join(unknown))
    return newest_first[: newest_first.index(current[0]) if current else None][::-1]
