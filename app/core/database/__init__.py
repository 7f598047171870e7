"""The interface of databases and transactions; `connect` opens a SQLite or PostgreSQL database by its URL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from sqlalchemy import Table

from app.core.database import sqlite
from app.core.database.retries import retry_on_conflict as retry_on_conflict
from app.core.database.statements import Insertion, Statement
from app.core.database.usage import Usage
from app.core.urls.database import is_postgresql, is_sqlite, unknown_url

R = TypeVar("R")


class Transaction(Protocol):
    """Statements that take effect together or not at all; each sees the effects of those before it.

    Raises, from every method:
        ConstraintViolation: the statement violates a constraint. The transaction can then only be left.
        ServiceUnavailable: the database is unavailable, locked or too slow. Likewise.
    """

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        """The first row, or None."""

    async def one_with(self, statement: Statement[R], values: Mapping[str, object], *insertions: Insertion) -> R | None:
        """The row of a write, or None; if there is one, the insertions take effect with it. One statement on PostgreSQL."""

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        """Every row."""

    async def run(self, statement: Statement[None], /, **values: object) -> int:
        """The number of rows changed by a command."""


class Database(Transaction, Protocol):
    """A database. A statement outside `transaction()` is its own transaction; a write returns after its commit."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """`async with database.transaction() as transaction:` commits at the end of the block and rolls back on an exception.

        The block should contain only statements, in sequence: other writers wait for its end. Concurrent blocks see each
        other's commits on PostgreSQL (READ COMMITTED); on SQLite blocks are never concurrent. Cancelling the caller inside the
        block rolls back; during the commit, the transaction is either committed or rolled back as a whole.
        """

    async def load(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Insert many rows in one transaction without a time limit, and return their number. Column defaults do not apply.

        On SQLite the iterable is consumed in a thread, and other writers wait for the end.

        Raises:
            ConstraintViolation, ServiceUnavailable: as for every write.
        """

    async def ping(self) -> None:
        """Check that the database answers.

        Raises:
            ServiceUnavailable: it does not.
        """

    @property
    def usage(self) -> Usage:
        """How busy it is."""

    async def close(self) -> None:
        """Finish pending work, then close the connections."""


async def connect(
    url: str,
    *,
    statement_timeout: float = 2.0,
    lock_timeout: float = 5.0,
    connections: int = 8,
    pgbouncer: bool = False,
) -> Database:
    """Open the database at a URL.

    SQLite: `sqlite:///relative.db`, `sqlite:////absolute.db`, or `sqlite://` for a private one. PostgreSQL:
    `postgresql://user:password@host:port/name` with libpq's options (`sslmode`, ...). Of several hosts, separated by commas,
    the first that accepts writes is used, or that has the role of `target_session_attrs`.

    Args:
        url: the database.
        statement_timeout: seconds that one statement may take.
        lock_timeout: seconds to wait for a lock, for a connection, and for the body of a transaction.
        connections: size of the pool of PostgreSQL connections.
        pgbouncer: PostgreSQL is reached through PgBouncer in transaction mode.

    Raises:
        ValueError: the URL is invalid or of an unknown kind of database.
        DatabaseUnreachable: the database cannot be opened.
    """
    if is_sqlite(url):
        return await sqlite.connect(url, statement_timeout=statement_timeout, lock_timeout=lock_timeout)
    if is_postgresql(url):
        from app.core.database import postgres  # noqa: PLC0415 - asyncpg takes 10 MB

        return await postgres.connect(
            url,
            statement_timeout=statement_timeout,
            lock_timeout=lock_timeout,
            connections=connections,
            pgbouncer=pgbouncer,
        )
    raise unknown_url(url)
