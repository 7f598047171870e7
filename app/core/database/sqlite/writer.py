"""The one writer of a SQLite file: transactions one after another, many of them in one commit.

A commit with `synchronous=FULL` waits for the disk (milliseconds), a transaction's own work takes microseconds. So whoever
waits for the writer joins the open transaction, each in a savepoint of its own, and one COMMIT in a thread serves them all.
Nobody is answered before the COMMIT that contains its work has succeeded.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from types import TracebackType
from typing import Any, Self, TypeAlias, TypeVar

from app.core.database.sqlite.connection import DIALECT, Connection
from app.core.database.sqlite.jobs import Load, Write
from app.core.database.sqlite.opened_files import OpenedFiles
from app.core.database.statements import Compiled, Statement
from app.core.errors import ConstraintViolation, ServiceUnavailable

R = TypeVar("R")
T = TypeVar("T")

# The most transactions that share one commit: bounds how long the first waits for the last.
GROUP = 128

# Seconds between two looks whether another process has let go of the write lock.
_LOOK = 0.0005

# The most writes that wait, and the most seconds that one of them does: beyond it is refused, and nothing was done.
QUEUE = 4096
PATIENCE = 15.0

_UNDONE = "The database could not store it; nothing was done."
_LOST = "The database is not available; the outcome is not known."


class Transaction:
    """One `async with database.transaction()` block."""

    __slots__ = ("_broken", "_committed", "_connection", "_open", "_writer", "ended", "since", "turn")

    def __init__(self, writer: Writer) -> None:
        loop = asyncio.get_running_loop()
        self._writer = writer
        self._connection = writer.connection
        self._open = False
        self._broken: Exception | None = None  # why it can only be left
        self.since = 0.0  # when it began to wait
        self.turn: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[bool] = loop.create_future()
        self._committed: asyncio.Future[None] = loop.create_future()

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        """The first row, or None."""
        return self._perform(self._connection.one, statement.compiled(DIALECT), values)

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        """Every row."""
        return self._perform(self._connection.all, statement.compiled(DIALECT), values)

    async def run(self, statement: Statement[None], /, **values: object) -> int:
        """How many rows a command changed."""
        return self._perform(self._connection.run, statement.compiled(DIALECT), values)

    def _perform(self, work: Callable[[Compiled[R], list[Any]], T], compiled: Compiled[R], values: dict[str, object]) -> T:
        if self._broken is not None:
            raise self._broken
        if not self._open:
            raise RuntimeError("a transaction runs statements only inside its `async with` block")
        try:
            return work(compiled, compiled.parameters(values))
        except (ConstraintViolation, ServiceUnavailable) as error:
            self._broken = error
            raise

    async def __aenter__(self) -> Self:
        self._writer.submit(self)
        try:
            await self.turn
        except asyncio.CancelledError:
            self._end(keep=False)  # the turn may have been given just before the cancellation arrived
            raise
        self._open = True
        self._writer.holder = asyncio.current_task()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end(keep=error is None and self._broken is None)
        if error is not None:
            return
        if self._broken is not None:  # also if the body caught it: half of a transaction is never committed
            raise self._broken
        await self._committed

    def _end(self, *, keep: bool) -> None:
        if self._writer.holder is asyncio.current_task():  # who is cancelled while waiting for the turn holds nothing
            self._writer.holder = None
        self._open = False
        if not self.ended.done():
            self.ended.set_result(keep)

    def expire(self) -> None:
        """Take the turn away from a body that takes too long: others wait, here and in other processes."""
        if not self.ended.done():
            self._broken = ServiceUnavailable("The transaction took too long; nothing was done.")
            self.ended.set_result(False)

    def refuse(self, error: Exception) -> None:
        """Answer with an error, if the caller is still there."""
        for future in (self.turn, self._committed):
            if not future.done():
                future.set_exception(error)
                return

    def acknowledge(self) -> None:
        """Answer after the commit."""
        if not self._committed.done():
            self._committed.set_result(None)


Job: TypeAlias = Write[Any] | Load | Transaction


class Writer:
    """Runs writes in the order in which they come. `timeout` (seconds) bounds the wait for another process and each body."""

    def __init__(self, connection: Connection, files: OpenedFiles, timeout: float) -> None:
        self.connection = connection
        self._files = files
        self.holder: asyncio.Task[Any] | None = None  # the task in whose transaction block we are
        self._timeout = timeout
        self._queue: deque[Job] = deque()
        self._draining: asyncio.Task[None] | None = None
        self.closed = False  # takes no more work
        self._left = False  # has let go of the file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")

    async def perform(self, work: Callable[[Compiled[R], list[Any]], T], compiled: Compiled[R], parameters: list[Any]) -> T:
        """Run one statement as a transaction of its own and return after its commit."""
        write = Write(work, compiled, parameters)
        self.submit(write)
        return await write.answer

    async def load(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Write many rows as a transaction of their own and return after its commit."""
        load = Load(sql, rows)
        self.submit(load)
        return await load.answer

    def submit(self, job: Job) -> None:
        """Queue for a turn.

        Raises:
            RuntimeError: asked for inside a transaction of the same task, which would wait for itself.
        """
        if self.closed:
            raise ServiceUnavailable("The database is closed.")
        if self.holder is not None and self.holder is asyncio.current_task():
            raise RuntimeError("inside a transaction write through the transaction, not through the database")
        if len(self._queue) >= QUEUE:
            raise _busy()
        loop = asyncio.get_running_loop()
        job.since = loop.time()
        self._queue.append(job)
        if self._draining is None:
            # A context of its own: the task outlives the request that happens to start it.
            self._draining = loop.create_task(self._drain(), context=Context())

    async def close(self) -> None:
        """Refuse new work, finish the old, move the log into the file."""
        self.closed = True
        if self._draining is not None:
            await asyncio.wait([self._draining])
        if self._left:
            return
        self._left = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._checkpoint)
        self._thread.shutdown()
        self.connection.close()

    def _checkpoint(self) -> None:
        # Where another process still reads, the log stays; it is a part of the database and nothing is lost.
        with contextlib.suppress(ServiceUnavailable, sqlite3.Error):
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    async def _drain(self) -> None:
        group: list[Job] = []
        try:
            while self._queue:
                await self._run_group(group)
                group.clear()
        finally:
            self._draining = None
            if self._queue or group:  # cancelled with the loop, or a bug: leave nobody waiting and write no more
                self.closed = True
                _refuse([*group, *self._queue], "The database was closed; the outcome is not known.")

    async def _run_group(self, group: list[Job]) -> None:
        """One BEGIN, the work of those who wait, one COMMIT, their answers."""
        loop = asyncio.get_running_loop()
        if not await self._begin():
            return
        while self._queue and len(group) < GROUP and self.connection.in_transaction:
            job = self._queue.popleft()
            if loop.time() - job.since > PATIENCE:
                job.refuse(_busy())
            elif await self._do(job):
                group.append(job)
        if not self.connection.in_transaction:  # SQLite has undone everything: disk full, or a write that took too long
            _refuse(group, _UNDONE)
            return
        if not group:
            self.connection.rollback()
            return
        try:
            await loop.run_in_executor(self._thread, self._commit)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was kept and everyone must hear it
            _refuse(group, _LOST if self._files.fault is not None else _UNDONE, error)
            return
        for job in group:
            job.acknowledge()

    async def _begin(self) -> bool:
        """Whether there is an open transaction; if not, all who wait are refused."""
        loop = asyncio.get_running_loop()
        try:
            self._files.check()
            if not self.connection.begin():
                await loop.run_in_executor(self._thread, self._begin_patiently)
        except ServiceUnavailable as error:
            if self._files.removed:  # what was acknowledged may be in the removed log alone, which we still can read
                await loop.run_in_executor(self._thread, self._checkpoint)
            waiting = list(self._queue)
            self._queue.clear()
            _refuse(waiting, error.detail, error)
            return False
        return True

    async def _do(self, job: Job) -> bool:
        """Whether its work stays."""
        if isinstance(job, Transaction):
            return await self._lend(job)
        if isinstance(job, Load):
            return await self._load(job)
        return self._run(job)

    async def _load(self, load: Load) -> bool:
        if load.answer.done():
            return False
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, load.perform, self.connection)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the caller's
            load.refuse(error)
            return False
        return True

    def _run(self, write: Write[Any]) -> bool:
        if write.answer.done():  # the caller was cancelled while it waited: nothing happens
            return False
        try:
            write.result = write.work(write.compiled, write.parameters)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the caller's
            write.refuse(error)
            return False
        return True

    async def _lend(self, transaction: Transaction) -> bool:
        """Let the body of a transaction have the connection; whether its work stays."""
        if transaction.turn.done():  # cancelled while it waited
            return False
        try:
            self.connection.execute("SAVEPOINT body")
        except ServiceUnavailable as error:
            transaction.refuse(error)
            return False
        transaction.turn.set_result(None)
        patience = asyncio.get_running_loop().call_later(self._timeout, transaction.expire)
        keep = await transaction.ended
        patience.cancel()
        if not self.connection.in_transaction:
            return keep  # everything is undone: the caller is refused with the group
        try:
            if not keep:
                self.connection.execute("ROLLBACK TO body")
            self.connection.execute("RELEASE body")
        except ServiceUnavailable:
            self.connection.rollback()
        return keep

    def _begin_patiently(self) -> None:
        # Not SQLite's own wait, which soon looks only ten times a second: a busy process leaves the lock free for some 0.1 ms
        # between two commits, and another would starve.
        deadline = time.monotonic() + self._timeout
        while not self.connection.begin():
            if time.monotonic() > deadline:
                raise ServiceUnavailable("The database is busy. Try again.")
            time.sleep(_LOOK)

    def _commit(self) -> None:
        try:
            self.connection.execute("COMMIT")
        except Exception:
            self.connection.rollback()
            raise
        self._files.check()


def _busy() -> ServiceUnavailable:
    return ServiceUnavailable("Too many writes are waiting; nothing was done.")


def _refuse(jobs: Sequence[Job], detail: str, cause: Exception | None = None) -> None:
    for job in jobs:
        error = ServiceUnavailable(detail)
        error.__cause__ = cause
        job.refuse(error)
