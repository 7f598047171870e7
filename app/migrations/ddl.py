"""DDL for revisions, beside Alembic's own: online indexes on PostgreSQL, and altered tables on SQLite that lose nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from alembic import op
from alembic.operations.base import BatchOperations
from sqlalchemy import CheckConstraint, Connection, inspect


@contextlib.contextmanager
def online() -> Iterator[None]:
    """Commit each statement of the block by itself, while others write. On SQLite they run in the migration's transaction.

    A revision with such a block contains nothing else and can be repeated from any point; it is marked as applied at its end.
    """
    if op.get_bind().dialect.name == "sqlite":
        yield
        return
    with op.get_context().autocommit_block():
        for limit in ("statement_timeout", "lock_timeout"):  # waiting here blocks no request
            op.execute(f"SET {limit} = 0")
        yield


def create_index(name: str, table: str, columns: Sequence[str], *, unique: bool = False) -> None:
    """Build an index on a big table; the only operation of its revision, see `online`."""
    with online():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)  # left by a failed attempt
        op.create_index(name, table, columns, unique=unique, postgresql_concurrently=True)


def drop_index(name: str, table: str) -> None:
    """Drop an index of a busy table; the only operation of its revision, see `online`."""
    with online():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)


@contextlib.contextmanager
def alter_table(table: str) -> Iterator[BatchOperations]:
    """Alembic's `batch_alter_table`: ALTER TABLE on PostgreSQL; on SQLite it creates, fills and renames a new table.

    On SQLite, Alembic alone would lose triggers, CHECK constraints and the highest id ever used.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        with op.batch_alter_table(table) as batch:
            yield batch
        return
    triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all()
    for name, _ in triggers:  # all of them: triggers of other tables may use this table, which is gone for a moment
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    last = _last_id(connection, table)
    checks = [
        CheckConstraint(check["sqltext"], name=op.f(str(check["name"])))
        for check in inspect(connection).get_check_constraints(table)
    ]
    autoincrement = {} if last is None else {"sqlite_autoincrement": True}
    with op.batch_alter_table(table, table_args=tuple(checks), table_kwargs=autoincrement) as batch:
        yield batch
    if last is not None:
        connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last))
    for _, sql in triggers:
        connection.exec_driver_sql(sql)


def _last_id(connection: Connection, table: str) -> int | None:
    """The highest id ever used; None for a table without AUTOINCREMENT."""
    sql = connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,)).scalar_one()
    if "AUTOINCREMENT" not in sql:
        return None
    return connection.exec_driver_sql("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", (table,)).scalar() or 0
