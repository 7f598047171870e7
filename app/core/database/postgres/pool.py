"""The connection pool: last in, first out, with a fair wait queue; requests wait for a while for a server that is down.

A connection is opened on demand and kept. It needs no reset on release, since nothing leaves session state on it. Why not
asyncpg's own pool: docs/adr/0024-a-connection-pool-of-our-own.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Coroutine
from contextvars import Context
from typing import Any

from asyncpg.exceptions import InFailedSQLTransactionError

from app.core.database.postgres.connection import Connection
from app.core.database.postgres.errors import BUSY, UNAVAILABLE
from app.core.database.postgres.failover import CONNECT_ERRORS, Connector
from app.core.database.usage import Usage
from app.core.errors import ServiceUnavailable

# Seconds from the beginning of an outage (a restart, a failover) for which requests wait for the server. After that they fail
# at once until it is back.
OUTAGE_WAIT = 3.0

# Seconds between two attempts to connect, doubled each time.
_FIRST_BACKOFF, _MAX_BACKOFF = 0.05, 1.0

# Seconds between two checks of deadlines. A timer per statement would cost one to two microseconds each.
_CHECK_INTERVAL = 0.1

CLOSED = "The database is closed."


class Pool:
    """At most `size` connections; `timeout` is the number of seconds to wait for one."""

    def __init__(self, connector: Connector, size: int, timeout: float) -> None:
        self._connector = connector
        self._size = size
        self._timeout = timeout
        self._free: list[Connection] = []
        self._live: set[Connection] = set()
        self._waiters: deque[tuple[float, asyncio.Future[Connection]]] = deque()
        self._waits, self._wait_seconds = 0, 0.0
        self._opening = 0
        self._generation = 0
        self._out_since = 0.0  # time.monotonic(); 0: no outage
        self._backoff = _FIRST_BACKOFF
        self._retrying: asyncio.TimerHandle | None = None
        self._checking: asyncio.TimerHandle | None = None
        self._cause: Exception | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._idle: asyncio.Future[None] | None = None  # while closing: set when no connection is in use
        self._loop = asyncio.get_running_loop()

    @property
    def usage(self) -> Usage:
        """How busy it is."""
        busy = len(self._live) - len(self._free)
        return Usage(len(self._live), busy, len(self._waiters), self._waits, self._wait_seconds)

    async def start(self) -> None:
        """Open the first connection. Raises one of CONNECT_ERRORS."""
        self._add(await self._connector.open(self._generation))

    def acquire_nowait(self) -> Connection | None:
        """The free connection that was used last, whose caches are warm; None if there is none."""
        while self._free:
            connection = self._free.pop()
            if not connection.raw.is_closed():
                if self._checking is None:
                    self._check_deadlines()
                return connection
            self._remove(connection)
        return None

    async def acquire(self) -> Connection:
        """Wait for a free connection.

        Raises:
            ServiceUnavailable: the timeout expired, or the server is down.
        """
        if self._closed:
            raise ServiceUnavailable(CLOSED)
        now = time.monotonic()
        if self._out_since and now > self._out_since + OUTAGE_WAIT:
            raise ServiceUnavailable(UNAVAILABLE) from self._cause
        turn: asyncio.Future[Connection] = self._loop.create_future()
        self._waiters.append((now + self._timeout, turn))
        self._open_more()
        if self._checking is None:
            self._check_deadlines()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:  # assigned just before the cancellation
                self.release(turn.result())
            raise
        finally:
            self._waits += 1
            self._wait_seconds += time.monotonic() - now

    def release(self, connection: Connection) -> None:
        """Return an idle connection, outside a transaction, to the next waiter or the free list."""
        connection.deadline = 0.0
        if connection.generation != self._generation or connection.raw.is_closed():
            self.discard(connection)
            return
        while self._waiters:
            turn = self._waiters.popleft()[1]
            if not turn.done():
                turn.set_result(connection)
                return
        self._free.append(connection)
        self._notify_idle()

    def discard(self, connection: Connection) -> None:
        """Close a connection that is lost or in an unknown state."""
        connection.raw.terminate()
        self._remove(connection)
        self._open_more()

    def expire_all(self) -> None:
        """Discard all current connections: the server is down, or no longer the one to use."""
        self._generation += 1
        free, self._free = self._free, []
        for connection in free:
            self.discard(connection)

    def clear_prepared(self) -> None:
        """Drop the prepared statements of all connections."""
        for connection in self._live:
            connection.clear_prepared()

    def release_dirty(self, connection: Connection) -> None:
        """Return a connection in any state: in the background its statement is cancelled and its transaction rolled back."""
        self._run(self._clean(connection))

    async def close(self) -> None:
        """Reject new work, wait for pending work, close the connections."""
        self._closed = True
        if self._busy():
            self._idle = self._loop.create_future()
            await asyncio.wait([self._idle], timeout=2 * self._timeout)
        for timer in (self._retrying, self._checking):
            if timer is not None:
                timer.cancel()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(*(connection.raw.close(timeout=1) for connection in self._live), return_exceptions=True)
        self._free.clear()
        self._live.clear()

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        # An empty context: the task outlives the request that starts it.
        task = self._loop.create_task(work, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _clean(self, connection: Connection) -> None:
        try:
            with contextlib.suppress(InFailedSQLTransactionError):
                await connection.execute("SELECT 1")  # asyncpg first waits for the server to acknowledge the cancellation
            if connection.raw.is_in_transaction():  # known only now: the cancelled statement may have been BEGIN
                await connection.execute("ROLLBACK")
        except Exception:  # noqa: BLE001 - its state is unknown
            self.discard(connection)
        else:
            self.release(connection)

    def _add(self, connection: Connection) -> None:
        self._live.add(connection)
        self._out_since, self._backoff = 0.0, _FIRST_BACKOFF
        self.release(connection)

    def _remove(self, connection: Connection) -> None:
        self._live.discard(connection)
        self._notify_idle()

    def _busy(self) -> bool:
        return len(self._free) < len(self._live) or bool(self._waiters)

    def _notify_idle(self) -> None:
        if self._idle is not None and not self._idle.done() and not self._busy():
            self._idle.set_result(None)

    def _open_more(self) -> None:
        """Connect as often as there are waiters; during an outage once at a time, even without waiters."""
        if self._closed and not self._waiters:
            return
        is_outage = self._out_since and not self._live
        wanted = 1 if is_outage else min(len(self._waiters), self._size - len(self._live))
        while self._opening < wanted and self._retrying is None:
            self._opening += 1
            self._run(self._open())

    async def _open(self) -> None:
        try:
            connection = await self._connector.open(self._generation)
        except CONNECT_ERRORS as error:
            self._schedule_retry(error)
        else:
            self._add(connection)
        finally:
            self._opening -= 1
        self._open_more()

    def _schedule_retry(self, error: Exception) -> None:
        self._cause = error
        if not self._live and not self._out_since:
            self._out_since = time.monotonic()
        if self._retrying is None:
            self._retrying = self._loop.call_later(self._backoff, self._retry)
            self._backoff = min(2 * self._backoff, _MAX_BACKOFF)

    def _retry(self) -> None:
        self._retrying = None
        self._open_more()

    def _check_deadlines(self) -> None:
        """Terminate connections whose statement is overdue, and fail waiters whose time is up."""
        now = time.monotonic()
        self._checking = None
        for connection in [held for held in self._live if held.deadline and now > held.deadline]:
            # The server's own timeout expired before: this connection is dead, and the others may be too.
            connection.raw.terminate()
            self.expire_all()
        is_down = self._out_since and now > self._out_since + OUTAGE_WAIT
        while self._waiters and (is_down or now > self._waiters[0][0]):
            turn = self._waiters.popleft()[1]
            if not turn.done():
                error = ServiceUnavailable(UNAVAILABLE if is_down else BUSY)
                error.__cause__ = self._cause if is_down else None
                turn.set_exception(error)
        if self._busy():
            self._checking = self._loop.call_later(_CHECK_INTERVAL, self._check_deadlines)
