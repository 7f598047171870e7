"""Steps for revisions, beside Alembic's own: what must not stop the traffic, and what SQLite's way would lose."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from alembic import op
from alembic.operations.base import BatchOperations
from sqlalchemy import CheckConstraint, Connection, inspect


@contextlib.contextmanager
def online() -> Iterator[None]:
    """What stands in the block is committed statement by statement, while others write; on SQLite it is in the transaction.

    A revision that has such a block has nothing else, and can be repeated from anywhere: it is marked as applied at its end.
    """
    if op.get_bind().dialect.name == "sqlite":
        yield
        return
    with op.get_context().autocommit_block():
        for limit in ("statement_timeout", "lock_timeout"):  # whoever waits here is in nobody's way
            op.execute(f"SET {limit} = 0")
        yield


def create_index(name: str, table: str, columns: Sequence[str], *, unique: bool = False) -> None:
    """Build an index on a big table; alone in its revision, see `online`."""
    with online():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)  # what an attempt that failed has left
        op.create_index(name, table, columns, unique=unique, postgresql_concurrently=True)


def drop_index(name: str, table: str) -> None:
    """Drop an index of a busy table; alone in its revision, see `online`."""
    with online():
        op.drop_index(name, table, if_exists=True, postgresql_concurrently=True)


@contextlib.contextmanager
def alter_table(table: str) -> Iterator[BatchOperations]:
    """Alembic's `batch_alter_table`: on SQLite a new table is made, filled and renamed, on PostgreSQL it is ALTER TABLE.

    By itself, Alembic's way on SQLite loses the triggers, the CHECK constraints and the last id that was given.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        with op.batch_alter_table(table) as batch:
            yield batch
        return
    triggers = connection.exec_driver_sql("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all()
    for name, _ in triggers:  # all of them: those of other tables may name this one, which is gone for a moment
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    last = _last_id(connection, table)
    checks = [
        CheckConstraint(check["sqltext"], name=op.f(str(check["name"])))
        for check in inspect(connection).get_check_constraints(table)
    ]
    numbered = {} if last is None else {"sqlite_autoincrement": True}
    with op.batch_alter_table(table, table_args=tuple(checks), table_kwargs=numbered) as batch:
        yield batch
    if last is not None:
        connection.exec_driver_sql("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        connection.exec_driver_sql("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, last))
    for _, sql in triggers:
        connection.exec_driver_sql(sql)


def _last_id(connection: Connection, table: str) -> int | None:
    """The last id that was given; None where the rows are not numbered for ever."""
    sql = connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?", (table,)).scalar_one()
    if "AUTOINCREMENT" not in sql:
        return None
    return connection.exec_driver_sql("SELECT max(seq) FROM sqlite_sequence WHERE name = ?", (table,)).scalar() or 0
