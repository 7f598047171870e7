"""A transaction block on one connection, and error handling of connections outside one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import Table

from app.core.database.postgres.connection import Connection, StatementRunner
from app.core.database.postgres.errors import (
    CONFLICT,
    LOST,
    OUTCOME_UNKNOWN,
    UNAVAILABLE,
    is_connection_loss,
    is_disconnecting,
    is_read_only,
    is_stale_plan,
    is_unsent,
    translate,
)
from app.core.database.postgres.pool import Pool
from app.core.errors import ServiceUnavailable, TransactionConflict

T = TypeVar("T")

# Attempts at work that had no effect because its connection was lost.
ATTEMPTS = 3


class Transaction(StatementRunner):
    """An `async with database.transaction()` block, READ COMMITTED. `timeout` bounds its body in seconds; None: no limit."""

    __slots__ = ("_broken", "_connection", "_holders", "_is_empty", "_pool", "_task", "_timeout", "_timer", "_unclear")

    def __init__(self, pool: Pool, holders: set[asyncio.Task[Any]], timeout: float | None) -> None:
        self._pool = pool
        self._holders = holders
        self._timeout = timeout
        self._task: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._connection: Connection | None = None
        self._broken: Exception | None = None  # why the block can only be left
        self._unclear = False  # a statement may still be running
        self._is_empty = True  # no statement has succeeded since BEGIN

    async def copy(self, table: Table, columns: Sequence[str], rows: AsyncIterator[Sequence[Any]]) -> int:
        """Insert many rows without a timeout, and return their number."""
        return await self._perform(lambda connection: connection.copy(table, columns, rows), writes=True)

    async def __aenter__(self) -> Self:
        self._task = asyncio.current_task()
        reject_nested_write(self._holders, self._task)
        self._connection = await self._begin()
        if self._task is not None:
            self._holders.add(self._task)
        if self._timeout is not None:
            self._timer = asyncio.get_running_loop().call_later(self._timeout, self._expire)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        connection, self._connection = self._connection, None
        if self._task is not None:
            self._holders.discard(self._task)
        if self._timer is not None:
            self._timer.cancel()
        if connection is None:
            return
        if error is None and self._broken is None:
            await self._commit(connection)
            return
        await self._undo(connection, at_once=self._unclear or not (error is None or isinstance(error, Exception)))
        if error is None and self._broken is not None:  # even if the body caught it: a partial transaction is never committed
            raise self._broken

    async def _begin(self) -> Connection:
        attempt = 0
        while True:
            attempt += 1
            connection = self._pool.acquire_nowait() or await self._pool.acquire()
            try:
                await connection.execute(connection.begin)
            except BaseException as error:
                lost = release_after_error(self._pool, connection, error)
                if not isinstance(error, Exception):
                    raise
                if not lost:
                    raise translate(error) from error
                if attempt == ATTEMPTS:
                    raise TransactionConflict(LOST) from error
            else:
                return connection

    async def _perform(self, work: Callable[[Connection], Awaitable[T]], *, writes: bool) -> T:  # noqa: ARG002 - it does not matter here
        if self._broken is not None:
            raise self._broken
        connection = self._connection
        if connection is None:
            raise RuntimeError("a transaction runs statements only inside its `async with` block")
        try:
            try:
                result = await work(connection)
            except Exception as error:
                if not (self._is_empty and is_stale_plan(error)):
                    raise
                self._pool.clear_prepared()
                await connection.execute("ROLLBACK")
                await connection.execute(connection.begin)
                result = await work(connection)
        except BaseException as error:
            self._broken = self._broken or self._failure(connection, error)
            if not isinstance(error, Exception):
                raise
            raise self._broken from error
        self._is_empty = False
        return result

    def _failure(self, connection: Connection, error: BaseException) -> Exception:
        """Why the transaction can only be left after an error."""
        if not isinstance(error, Exception):  # the body may continue, for example after asyncio.timeout()
            self._unclear = True
            return ServiceUnavailable("The transaction was interrupted; nothing was done.")
        if is_stale_plan(error):
            self._pool.clear_prepared()
            return TransactionConflict(CONFLICT)
        if is_read_only(error):
            connection.generation = -1  # the pool discards it on release
            self._pool.expire_all()
            return TransactionConflict(UNAVAILABLE)
        if (connection.raw.is_closed() or is_disconnecting(error)) and is_connection_loss(error):
            self._pool.expire_all()
            return TransactionConflict(LOST)
        self._unclear = isinstance(error, TimeoutError)
        return translate(error)

    async def _commit(self, connection: Connection) -> None:
        try:
            tag = await connection.execute("COMMIT")
        except BaseException as error:
            lost = release_after_error(self._pool, connection, error)
            if not isinstance(error, Exception):
                raise
            if lost and is_unsent(error):
                raise TransactionConflict(LOST) from error
            if lost or isinstance(error, TimeoutError):
                raise ServiceUnavailable(OUTCOME_UNKNOWN) from error
            raise translate(error) from error
        self._pool.release(connection)
        if tag != "COMMIT":  # ROLLBACK: PostgreSQL's answer to COMMIT of a failed transaction
            raise ServiceUnavailable("The transaction could not be committed; nothing was done.")

    async def _undo(self, connection: Connection, *, at_once: bool) -> None:
        if connection.raw.is_closed():
            self._pool.discard(connection)
        elif at_once:  # a cancelled caller does not wait for the server
            self._pool.release_dirty(connection)
        else:
            try:
                await connection.execute("ROLLBACK")
            except Exception:  # noqa: BLE001 - the server rolls back when the connection is closed
                self._pool.discard(connection)
            except BaseException:
                self._pool.release_dirty(connection)
                raise
            else:
                self._pool.release(connection)

    def _expire(self) -> None:
        """Terminate the connection of a body that takes too long: others wait for its locks, and for the connection."""
        if self._connection is not None:
            self._broken = self._broken or ServiceUnavailable("The transaction took too long; nothing was done.")
            self._connection.raw.terminate()


def reject_nested_write(holders: set[asyncio.Task[Any]], task: asyncio.Task[Any] | None) -> None:
    """Reject a write outside the transaction in which the task is: it would wait for its own locks.

    Raises:
        RuntimeError: the task is in a transaction.
    """
    if task in holders:
        raise RuntimeError("inside a transaction, write through the transaction, not through the database")


def release_after_error(pool: Pool, connection: Connection, error: BaseException) -> bool:
    """Return a connection to the pool after a statement outside a transaction failed; whether the connection was lost."""
    if not isinstance(error, Exception) or isinstance(error, TimeoutError):
        pool.release_dirty(connection)
        return False
    lost = connection.raw.is_closed() or is_disconnecting(error)
    if lost or is_read_only(error):
        pool.discard(connection)
        pool.expire_all()
    else:
        pool.release(connection)
    return lost and is_connection_loss(error)
