"""The held connections: last in, first out; whoever waits is served in order; outages are waited out, for a while.

A connection is opened when somebody would have to wait, and then kept. No query resets it: nothing here leaves anything on it.
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
from app.core.database.postgres.errors import BUSY, OUT
from app.core.database.postgres.failover import CONNECT_ERRORS, Connector
from app.core.errors import ServiceUnavailable

# Seconds for which requests wait for a server that has gone, from the moment it was noticed: a restart, a fail-over. After
# that they fail at once, until it is back.
PATIENCE = 3.0

# Seconds between two attempts to connect: doubled each time.
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0

# Seconds between two looks for what takes too long. A timer for each statement would cost a microsecond or two each.
_LOOK = 0.1

CLOSED = "The database is closed."


class Pool:
    """At most `size` connections; `wait` is the most seconds to wait for one."""

    def __init__(self, connector: Connector, size: int, wait: float) -> None:
        self._connector = connector
        self._size = size
        self._wait = wait
        self._free: list[Connection] = []
        self._live: set[Connection] = set()
        self._waiters: deque[tuple[float, asyncio.Future[Connection]]] = deque()
        self._opening = 0
        self._age = 0
        self._out_since = 0.0  # 0: there is no outage
        self._pause = _FIRST_PAUSE
        self._again: asyncio.TimerHandle | None = None
        self._looking: asyncio.TimerHandle | None = None
        self._cause: Exception | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False
        self._idle: asyncio.Future[None] | None = None  # while closing: done when nothing is busy any more
        self._loop = asyncio.get_running_loop()

    async def start(self) -> None:
        """Open the first connection, to see that it can be had. Raises what the driver raises."""
        self._add(await self._connector.open(self._age))

    def acquire_nowait(self) -> Connection | None:
        """A free connection, if there is one: the one used last, whose plans and caches are warm."""
        while self._free:
            connection = self._free.pop()
            if not connection.raw.is_closed():
                if self._looking is None:
                    self._look()
                return connection
            self._remove(connection)
        return None

    async def acquire(self) -> Connection:
        """The next connection that is free.

        Raises:
            ServiceUnavailable: none is, for too long.
        """
        if self._closed:
            raise ServiceUnavailable(CLOSED)
        now = time.monotonic()
        if self._out_since and now > self._out_since + PATIENCE:
            raise ServiceUnavailable(OUT) from self._cause
        turn: asyncio.Future[Connection] = self._loop.create_future()
        self._waiters.append((now + self._wait, turn))
        self._open_more()
        if self._looking is None:
            self._look()
        try:
            return await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:  # given just before the cancellation
                self.release(turn.result())
            raise

    def release(self, connection: Connection) -> None:
        """Take a connection back that is in no transaction and runs nothing."""
        connection.deadline = 0.0
        if connection.age != self._age or connection.raw.is_closed():
            self.discard(connection)
            return
        while self._waiters:
            turn = self._waiters.popleft()[1]
            if not turn.done():
                turn.set_result(connection)
                return
        self._free.append(connection)
        self._tell_idle()

    def discard(self, connection: Connection) -> None:
        """Let go of a connection whose state is not known, or that is lost."""
        connection.raw.terminate()
        self._remove(connection)
        self._open_more()

    def expire_all(self) -> None:
        """Use no connection again that is open now: the server has gone, or is no longer the one to use."""
        self._age += 1
        free, self._free = self._free, []
        for connection in free:
            self.discard(connection)

    def clear_prepared(self) -> None:
        """Prepare every statement again."""
        for connection in self._live:
            connection.clear_prepared()

    def release_dirty(self, connection: Connection) -> None:
        """Take a connection back in whatever state: its statement is cancelled, its transaction undone, by and by."""
        self._run(self._clean(connection))

    async def close(self) -> None:
        """Refuse new work, wait for the old, let go."""
        self._closed = True
        if self._busy():
            self._idle = self._loop.create_future()
            await asyncio.wait([self._idle], timeout=2 * self._wait)
        for timer in (self._again, self._looking):
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
        # A context of its own: the task outlives the request that happens to start it.
        task = self._loop.create_task(work, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _clean(self, connection: Connection) -> None:
        try:
            with contextlib.suppress(InFailedSQLTransactionError):
                await connection.execute("SELECT 1")  # asyncpg first waits until the server has acknowledged the cancellation
            if connection.raw.is_in_transaction():  # only now it is known: a BEGIN may have been what was cancelled
                await connection.execute("ROLLBACK")
        except Exception:  # noqa: BLE001 - whatever it is, its state is not known
            self.discard(connection)
        else:
            self.release(connection)

    def _add(self, connection: Connection) -> None:
        self._live.add(connection)
        self._out_since, self._pause = 0.0, _FIRST_PAUSE
        self.release(connection)

    def _remove(self, connection: Connection) -> None:
        self._live.discard(connection)
        self._tell_idle()

    def _busy(self) -> bool:
        return len(self._free) < len(self._live) or bool(self._waiters)

    def _tell_idle(self) -> None:
        if self._idle is not None and not self._idle.done() and not self._busy():
            self._idle.set_result(None)

    def _open_more(self) -> None:
        """As many attempts as there are who wait; while all is lost, one at a time, wanted or not."""
        if self._closed and not self._waiters:
            return
        lost = self._out_since and not self._live
        wanted = 1 if lost else min(len(self._waiters), self._size - len(self._live))
        while self._opening < wanted and self._again is None:
            self._opening += 1
            self._run(self._open())

    async def _open(self) -> None:
        try:
            connection = await self._connector.open(self._age)
        except CONNECT_ERRORS as error:
            self._refused(error)
        else:
            self._add(connection)
        finally:
            self._opening -= 1
        self._open_more()

    def _refused(self, error: Exception) -> None:
        self._cause = error
        if not self._live and not self._out_since:
            self._out_since = time.monotonic()
        if self._again is None:
            self._again = self._loop.call_later(self._pause, self._retry)
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)

    def _retry(self) -> None:
        self._again = None
        self._open_more()

    def _look(self) -> None:
        """End what takes too long: statements of which the server says nothing, and waiting."""
        now = time.monotonic()
        self._looking = None
        for connection in [held for held in self._live if held.deadline and now > held.deadline]:
            # The server would have stopped it long ago: the connection is dead at one end, and so may be its neighbours.
            connection.raw.terminate()
            self.expire_all()
        impatient = self._out_since and now > self._out_since + PATIENCE
        while self._waiters and (impatient or now > self._waiters[0][0]):
            turn = self._waiters.popleft()[1]
            if not turn.done():
                error = ServiceUnavailable(OUT if impatient else BUSY)
                error.__cause__ = self._cause if impatient else None
                turn.set_exception(error)
        if self._busy():
            self._looking = self._loop.call_later(_LOOK, self._look)
