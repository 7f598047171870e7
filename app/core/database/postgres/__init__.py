"""PostgreSQL: asyncpg's prepared statements on held connections.

SQLAlchemy's expression language writes the SQL, once; neither its engine nor its pool runs it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Table, literal, select

from app.core.database.postgres.batching import LookupBatcher
from app.core.database.postgres.connection import DIALECT, Connection, Timeouts
from app.core.database.postgres.errors import (
    LOST,
    SLOW,
    UNKNOWN,
    is_connection_loss,
    is_read_only,
    is_stale_plan,
    is_unsent,
    translate,
)
from app.core.database.postgres.failover import CONNECT_ERRORS, Connector, connect_failure
from app.core.database.postgres.pool import Pool
from app.core.database.postgres.transaction import ATTEMPTS, Transaction, reject_nested_write, release_after_error
from app.core.database.statements import Compiled, Statement, bind_rows, statement
from app.core.errors import DatabaseUnreachable, ServiceUnavailable
from app.core.urls.postgres import PostgresURL

R = TypeVar("R")
T = TypeVar("T")

_PING = statement(select(literal(1)), int)

# Rows that are turned into bytes before others have a turn on the loop: less than a millisecond.
_ROWS = 200


async def connect(
    url: str, *, statement_timeout: float, lock_timeout: float, connections: int, pgbouncer: bool
) -> PostgresDatabase:
    """Open the first connection to the database at a URL; see `app.core.database.connect`."""
    address = PostgresURL.of(url)
    connector = Connector(address, Timeouts(statement_timeout, lock_timeout, pgbouncer=pgbouncer))
    pool = Pool(connector, connections, lock_timeout)
    try:
        await pool.start()
    except CONNECT_ERRORS as error:
        raise DatabaseUnreachable(f"cannot connect to PostgreSQL at {address}: {connect_failure(error)}") from error
    return PostgresDatabase(address.url, pool, lock_timeout)


class PostgresDatabase:
    """A `Database` on a server.

    What was not done because the connection was lost, or because a migration has changed the tables, is done again on another
    connection, unseen: reads, and writes that were not sent. A write of which no answer came is never sent twice.
    """

    def __init__(self, url: str, pool: Pool, patience: float) -> None:
        self.url = url
        self._pool = pool
        self._patience = patience
        self._holders: set[asyncio.Task[Any]] = set()  # the tasks in whose transaction blocks we are
        self._lanes: dict[Statement[Any], LookupBatcher[Any]] = {}  # of look-ups

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        """The first row, or None."""
        compiled = statement.compiled(DIALECT)
        parameters = compiled.parameters(values)
        if statement.batchable:
            lanes = self._lanes.get(statement) or self._open_lanes(statement)
            found: R | None = await lanes.one(parameters)
            return found
        return await self._perform(lambda connection: connection.one(compiled, parameters), writes=compiled.writes)

    def _open_lanes(self, alone: Statement[Any]) -> LookupBatcher[Any]:
        async def ask(compiled: Compiled[Any], parameters: list[Any]) -> list[Any]:
            return await self._perform(lambda connection: connection.all(compiled, parameters), writes=False)

        together = None if alone.batch is None else alone.batch.compiled(DIALECT)
        lanes = self._lanes[alone] = LookupBatcher(alone.compiled(DIALECT), together, ask)
        return lanes

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        """Every row."""
        compiled = statement.compiled(DIALECT)
        parameters = compiled.parameters(values)
        return await self._perform(lambda connection: connection.all(compiled, parameters), writes=compiled.writes)

    async def run(self, statement: Statement[None], /, **values: object) -> int:
        """How many rows a command changed."""
        compiled = statement.compiled(DIALECT)
        parameters = compiled.parameters(values)
        return await self._perform(lambda connection: connection.run(compiled, parameters), writes=True)

    async def load(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Write many rows with COPY, all or none; how many."""
        async with Transaction(self._pool, self._holders, None) as transaction:
            return await transaction.copy(table, columns, _paced(bind_rows(table, columns, rows, DIALECT)))

    def transaction(self) -> Transaction:
        """Statements that take effect together, READ COMMITTED."""
        return Transaction(self._pool, self._holders, self._patience)

    async def ping(self) -> None:
        """Ask the server something."""
        await self.one(_PING)

    async def close(self) -> None:
        """Finish what was begun, then end the connections."""
        await self._pool.close()

    async def _perform(self, work: Callable[[Connection], Awaitable[T]], *, writes: bool) -> T:
        """One statement, which is a transaction of its own."""
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
                if not _is_undone(pool, error, lost=lost, writes=writes) or late or attempt == ATTEMPTS:
                    raise _told(error, lost=lost, late=late, writes=writes) from error
            else:
                pool.release(connection)
                return result


def _is_undone(pool: Pool, error: Exception, *, lost: bool, writes: bool) -> bool:
    """Whether nothing was done, and it may well be tried again."""
    if is_stale_plan(error):
        pool.clear_prepared()
        return True
    return is_read_only(error) or (lost and (not writes or is_unsent(error)))


def _told(error: Exception, *, lost: bool, late: bool, writes: bool) -> Exception:
    if writes and ((lost and not is_unsent(error)) or isinstance(error, TimeoutError)):
        return ServiceUnavailable(UNKNOWN)
    if late and is_connection_loss(error):
        return ServiceUnavailable(SLOW)
    if lost and is_unsent(error):
        return ServiceUnavailable(LOST)
    return translate(error)


async def _paced(rows: Iterable[Sequence[Any]]) -> AsyncIterator[Sequence[Any]]:
    for number, row in enumerate(rows):
        if number % _ROWS == 0:
            await asyncio.sleep(0)
        yield row
