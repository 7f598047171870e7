"""PostgreSQL: prepared asyncpg statements on a pool of connections, without SQLAlchemy's engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table, literal, select

from app.core.database.postgres.batching import LookupBatcher
from app.core.database.postgres.connection import Connection, StatementRunner, Timeouts
from app.core.database.postgres.dialect import DIALECT
from app.core.database.postgres.errors import (
    LOST,
    OUTCOME_UNKNOWN,
    TIMED_OUT,
    is_connection_loss,
    is_read_only,
    is_stale_plan,
    is_unsent,
    translate,
)
from app.core.database.postgres.failover import CONNECT_ERRORS, Connector, connect_failure
from app.core.database.postgres.pool import Pool
from app.core.database.postgres.transaction import ATTEMPTS, Transaction, reject_nested_write, release_after_error
from app.core.database.retries import retry_on_conflict
from app.core.database.statements import Compiled, Insertion, Statement, bind_rows, statement
from app.core.database.usage import Usage
from app.core.errors import DatabaseUnreachable, ServiceUnavailable
from app.core.urls.postgres import PostgresURL

R = TypeVar("R")
T = TypeVar("T")

_PING = statement(select(literal(1)), int)

# Rows encoded for COPY before other tasks get a turn: less than a millisecond.
_ROWS_PER_TURN = 200


async def connect(
    url: str, *, statement_timeout: float, lock_timeout: float, connections: int, pgbouncer: bool
) -> PostgresDatabase:
    """Open a database with its first connection; see `app.core.database.connect`."""
    parsed = PostgresURL.of(url)
    connector = Connector(parsed, Timeouts(statement_timeout, lock_timeout, pgbouncer=pgbouncer))
    pool = Pool(connector, connections, lock_timeout)
    try:
        await pool.start()
    except CONNECT_ERRORS as error:
        raise DatabaseUnreachable(f"cannot connect to PostgreSQL at {parsed}: {connect_failure(error)}") from error
    return PostgresDatabase(pool, lock_timeout)


class PostgresDatabase(StatementRunner):
    """A `Database` on a PostgreSQL server.

    A read, or a write that was not sent, is transparently repeated on another connection when its connection is lost or a
    migration invalidates its plan. A write that was sent and not answered is never repeated.
    """

    def __init__(self, pool: Pool, transaction_timeout: float) -> None:
        self._pool = pool
        self._transaction_timeout = transaction_timeout
        self._holders: set[asyncio.Task[Any]] = set()  # tasks inside a transaction block
        self._batchers: dict[Statement[Any], LookupBatcher[Any]] = {}

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        """The first row, or None."""
        if not statement.batchable:
            return await super().one(statement, **values)
        batcher = self._batchers.get(statement) or self._create_batcher(statement)
        found: R | None = await batcher.one(statement.compiled(DIALECT).parameters(values))
        return found

    @retry_on_conflict
    async def one_with(self, statement: Statement[R], values: Mapping[str, object], *insertions: Insertion) -> R | None:
        """The row of a write, or None; with the insertions, in one statement. It is repeated after a conflict."""
        return await super().one_with(statement, values, *insertions)

    def _create_batcher(self, single: Statement[Any]) -> LookupBatcher[Any]:
        async def run(compiled: Compiled[Any], parameters: list[Any]) -> list[Any]:
            return await self._perform(lambda connection: connection.all(compiled, parameters), writes=False)

        batch = None if single.batch is None else single.batch.compiled(DIALECT)
        batcher = self._batchers[single] = LookupBatcher(single.compiled(DIALECT), batch, run)
        return batcher

    async def load(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Insert many rows with COPY in one transaction, and return their number."""
        async with Transaction(self._pool, self._holders, None) as transaction:
            return await transaction.copy(table, columns, _paced(bind_rows(table, columns, rows, DIALECT)))

    def transaction(self) -> Transaction:
        """Statements that take effect together, READ COMMITTED."""
        return Transaction(self._pool, self._holders, self._transaction_timeout)

    async def ping(self) -> None:
        """Run a trivial statement."""
        await self.one(_PING)

    @property
    def usage(self) -> Usage:
        """How busy the pool is."""
        return self._pool.usage

    async def close(self) -> None:
        """Finish pending work, then close the connections."""
        await self._pool.close()

    async def _perform(self, work: Callable[[Connection], Awaitable[T]], *, writes: bool) -> T:
        """Run one statement as its own transaction."""
        pool = self._pool
        if writes and self._holders:
            reject_nested_write(self._holders, asyncio.current_task())
        attempt = 0
        while True:
            attempt += 1
            connection = pool.acquire_nowait() or await pool.acquire()
            try:
                result = await work(connection)
            except BaseException as error:
                late = connection.is_late()
                lost = release_after_error(pool, connection, error)
                if not isinstance(error, Exception):
                    raise
                if not _is_repeatable(pool, error, lost=lost, writes=writes) or late or attempt == ATTEMPTS:
                    raise _translate(error, lost=lost, late=late, writes=writes) from error
            else:
                pool.release(connection)
                return result


def _is_repeatable(pool: Pool, error: Exception, *, lost: bool, writes: bool) -> bool:
    """Whether the statement had no effect and may succeed when repeated."""
    if is_stale_plan(error):
        pool.clear_prepared()
        return True
    return is_read_only(error) or (lost and (not writes or is_unsent(error)))


def _translate(error: Exception, *, lost: bool, late: bool, writes: bool) -> Exception:
    if writes and ((lost and not is_unsent(error)) or isinstance(error, TimeoutError)):
        return ServiceUnavailable(OUTCOME_UNKNOWN)
    if late and is_connection_loss(error):
        return ServiceUnavailable(TIMED_OUT)
    if lost and is_unsent(error):
        return ServiceUnavailable(LOST)
    return translate(error)


async def _paced(rows: Iterable[Sequence[Any]]) -> AsyncIterator[Sequence[Any]]:
    for number, row in enumerate(rows):
        if number % _ROWS_PER_TURN == 0:
            await asyncio.sleep(0)
        yield row
