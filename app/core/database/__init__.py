"""Where statements run. The interface is the same for every database; `connect` chooses one by its URL."""

from __future__ import annotations

import asyncio
import functools
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, ParamSpec, Protocol, TypeVar

from sqlalchemy import Table

from app.core.database import sqlite
from app.core.database.statements import Statement, TransactionConflict
from app.core.urls.database import is_postgresql, is_sqlite, unknown_url

P = ParamSpec("P")
R = TypeVar("R")

# `retry_on_conflict`: calls in all, and seconds of full-jitter backoff. In each round one of the conflicting callers succeeds
# and the jitter separates the others, so ten calls are enough for a crowd.
_MAX_CALLS = 10
_FIRST_BACKOFF = 0.005
_MAX_BACKOFF = 0.2


class Transaction(Protocol):
    """Statements that take effect together or not at all; each sees what those before it did.

    Raises, from every method:
        ConstraintViolation: a constraint does not allow it. The transaction can then only be left.
        ServiceUnavailable: the database is out, locked or too slow. Likewise.
    """

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        """The first row, or None."""

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        """Every row."""

    async def run(self, statement: Statement[None], /, **values: object) -> int:
        """How many rows a command changed."""


class Database(Transaction, Protocol):
    """A database. A statement outside `transaction()` is a transaction of its own; a write returns after its commit."""

    @property
    def url(self) -> str:
        """Where it is, for migrations: also tells the file behind `sqlite://`. It may hold a password."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """`async with database.transaction() as transaction:` commits at the end of the block, undoes all on an exception.

        Only statements belong in the block, one after another: other writers wait for its end. Two blocks at once see each
        other's commits (READ COMMITTED) on PostgreSQL; on SQLite there are never two. A caller that is cancelled in the block
        undoes it; cancelled during the commit, the work is kept or lost as a whole, like that of a client which left too early
        to hear.
        """

    async def load(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Write many rows, all or none, however long it takes; how many. Defaults of the columns do not apply.

        SQLite takes the rows from the iterable in a thread, and other writers wait for the end.

        Raises:
            ConstraintViolation, ServiceUnavailable: as for every write.
        """

    async def ping(self) -> None:
        """Read something.

        Raises:
            ServiceUnavailable: it cannot.
        """

    async def close(self) -> None:
        """Finish what was begun, then let go of the database."""


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
    `postgresql://user:password@host:port/name` with libpq's options (`sslmode`, ...); of several hosts, separated by commas,
    the one is used that can be written to, or has the role that `target_session_attrs` names.

    `statement_timeout` is the most seconds one statement may take; `lock_timeout` the most seconds to wait for another
    process that writes, for a connection, and for the body of one transaction. `connections` are the most held to PostgreSQL,
    which is reached through PgBouncer's transaction mode with `pgbouncer`.

    Raises:
        ValueError: the URL names no database that is known.
        DatabaseUnreachable: the database cannot be opened.
    """
    if is_sqlite(url):
        return await sqlite.connect(url, statement_timeout=statement_timeout, lock_timeout=lock_timeout)
    if is_postgresql(url):
        from app.core.database import postgres  # noqa: PLC0415 - who uses SQLite does not pay 10 MB for asyncpg

        return await postgres.connect(
            url,
            statement_timeout=statement_timeout,
            lock_timeout=lock_timeout,
            connections=connections,
            pgbouncer=pgbouncer,
        )
    raise unknown_url(url)


def retry_on_conflict(function: Callable[P, Awaitable[R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Call the function again, after a short pause, when its transaction lost a conflict and nothing was done.

    For functions that do nothing but one transaction: whatever else they do would happen again.

        @retry_on_conflict
        async def transfer(database: Database, ...) -> None:
            async with database.transaction() as transaction:
                ...
    """

    @functools.wraps(function)
    async def calling(*args: P.args, **kwargs: P.kwargs) -> R:
        for call in range(_MAX_CALLS - 1):
            try:
                return await function(*args, **kwargs)
            except TransactionConflict:
                await asyncio.sleep(random.uniform(0, min(_FIRST_BACKOFF * 2**call, _MAX_BACKOFF)))  # noqa: S311 - no secret
        return await function(*args, **kwargs)

    return calling
