"""The single writer of a SQLite file, with group commit.

A COMMIT with `synchronous=FULL` waits milliseconds for the disk, while the work of a transaction takes microseconds. Waiting
jobs therefore join the open transaction, each in its own savepoint, and one COMMIT in a thread serves them all. A result is
delivered only after the COMMIT that contains it.
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

from app.core.database.sqlite.connection import BUSY, DIALECT, Connection
from app.core.database.sqlite.jobs import Load, Write
from app.core.database.sqlite.opened_files import OpenedFiles
from app.core.database.statements import Compiled, Statement
from app.core.errors import ConstraintViolation, ServiceUnavailable

R = TypeVar("R")
T = TypeVar("T")

# Jobs per commit: bounds how long the first one waits for the last.
GROUP = 128

# Seconds between two attempts to take the write lock from another process.
_LOCK_POLL = 0.0005

# Queued writes, and seconds that a write waits in the queue, beyond which it is rejected.
QUEUE = 4096
QUEUE_TIMEOUT = 15.0

_ROLLED_BACK = "The transaction could not be committed; nothing was done."
_OUTCOME_UNKNOWN = "The database is not available; the outcome is not known."


class Transaction:
    """An `async with database.transaction()` block."""

    __slots__ = ("_broken", "_committed", "_connection", "_open", "_writer", "ended", "since", "turn")

    def __init__(self, writer: Writer) -> None:
        loop = asyncio.get_running_loop()
        self._writer = writer
        self._connection = writer.connection
        self._open = False
        self._broken: Exception | None = None  # why the block can only be left
        self.since = 0.0  # when it was queued, by the clock of the loop
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
        """The number of rows changed by a command."""
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
            self._end(keep=False)  # the turn may have been granted just before the cancellation
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
        if self._broken is not None:  # even if the body caught it: a partial transaction is never committed
            raise self._broken
        await self._committed

    def _end(self, *, keep: bool) -> None:
        if self._writer.holder is asyncio.current_task():  # not if cancelled while waiting for the turn
            self._writer.holder = None
        self._open = False
        if not self.ended.done():
            self.ended.set_result(keep)

    def expire(self) -> None:
        """End the turn of a body that takes too long: others wait, here and in other processes."""
        if not self.ended.done():
            self._broken = ServiceUnavailable("The transaction took too long; nothing was done.")
            self.ended.set_result(False)

    def reject(self, error: Exception) -> None:
        """Deliver an error, unless the caller was cancelled."""
        for future in (self.turn, self._committed):
            if not future.done():
                future.set_exception(error)
                return

    def acknowledge(self) -> None:
        """Return to the caller, after the commit."""
        if not self._committed.done():
            self._committed.set_result(None)


Job: TypeAlias = Write[Any] | Load | Transaction


class Writer:
    """Runs writes in order of arrival. `timeout` (seconds) bounds the wait for other processes, and each transaction's body."""

    def __init__(self, connection: Connection, files: OpenedFiles, timeout: float) -> None:
        self.connection = connection
        self._files = files
        self.holder: asyncio.Task[Any] | None = None  # the task that is inside a transaction block
        self._timeout = timeout
        self._queue: deque[Job] = deque()
        self._draining: asyncio.Task[None] | None = None
        self.closed = False  # accepts no more work
        self._released = False  # has closed the file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")

    async def perform(self, work: Callable[[Compiled[R], list[Any]], T], compiled: Compiled[R], parameters: list[Any]) -> T:
        """Run one statement as its own transaction; return after the commit."""
        write = Write(work, compiled, parameters)
        self.submit(write)
        return await write.answer

    async def load(self, sql: str, rows: Iterable[Sequence[Any]]) -> int:
        """Insert many rows as one transaction; return after the commit."""
        load = Load(sql, rows)
        self.submit(load)
        return await load.answer

    def submit(self, job: Job) -> None:
        """Queue a job.

        Raises:
            RuntimeError: the task is inside a transaction, so the job would wait for itself.
            ServiceUnavailable: the database is closed, or the queue is full.
        """
        if self.closed:
            raise ServiceUnavailable("The database is closed.")
        if self.holder is not None and self.holder is asyncio.current_task():
            raise RuntimeError("inside a transaction, write through the transaction, not through the database")
        if len(self._queue) >= QUEUE:
            raise _queue_full()
        loop = asyncio.get_running_loop()
        job.since = loop.time()
        self._queue.append(job)
        if self._draining is None:
            # An empty context: the task outlives the request that starts it.
            self._draining = loop.create_task(self._drain(), context=Context())

    async def close(self) -> None:
        """Reject new work, finish pending work, move the write-ahead log into the file."""
        self.closed = True
        if self._draining is not None:
            await asyncio.wait([self._draining])
        if self._released:
            return
        self._released = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._checkpoint)
        self._thread.shutdown()
        self.connection.close()

    def _checkpoint(self) -> None:
        # While another process reads, the log remains; it is part of the database, so nothing is lost.
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
            if self._queue or group:  # cancelled with the loop, or a bug: fail all waiting callers and accept no more
                self.closed = True
                _reject([*group, *self._queue], "The database was closed; the outcome is not known.")

    async def _run_group(self, group: list[Job]) -> None:
        """BEGIN, run the queued jobs, COMMIT, deliver the results."""
        loop = asyncio.get_running_loop()
        if not await self._begin():
            return
        while self._queue and len(group) < GROUP and self.connection.in_transaction:
            job = self._queue.popleft()
            if loop.time() - job.since > QUEUE_TIMEOUT:
                job.reject(_queue_full())
            elif await self._run_job(job):
                group.append(job)
        if not self.connection.in_transaction:  # SQLite has rolled back everything: the disk is full, or a write took too long
            _reject(group, _ROLLED_BACK)
            return
        if not group:
            self.connection.rollback()
            return
        try:
            await loop.run_in_executor(self._thread, self._commit)
        except Exception as error:  # noqa: BLE001 - nothing was committed, and every caller must be told
            _reject(group, _OUTCOME_UNKNOWN if self._files.fault is not None else _ROLLED_BACK, error)
            return
        for job in group:
            job.acknowledge()

    async def _begin(self) -> bool:
        """Open a transaction; False if that failed and all queued jobs were rejected."""
        loop = asyncio.get_running_loop()
        try:
            self._files.check()
            if not self.connection.begin():
                await loop.run_in_executor(self._thread, self._wait_for_lock)
        except ServiceUnavailable as error:
            if self._files.removed:  # committed data may be only in the removed log, which is still readable
                await loop.run_in_executor(self._thread, self._checkpoint)
            waiting = list(self._queue)
            self._queue.clear()
            _reject(waiting, error.detail, error)
            return False
        return True

    async def _run_job(self, job: Job) -> bool:
        """Run a job; whether its work is to be committed."""
        if isinstance(job, Transaction):
            return await self._run_transaction(job)
        if isinstance(job, Load):
            return await self._load(job)
        return self._run_statement(job)

    async def _load(self, load: Load) -> bool:
        if load.answer.done():
            return False
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, load.perform, self.connection)
        except Exception as error:  # noqa: BLE001 - raised to the caller
            load.reject(error)
            return False
        return True

    def _run_statement(self, write: Write[Any]) -> bool:
        if write.answer.done():  # the caller was cancelled while it waited
            return False
        try:
            write.result = write.work(write.compiled, write.parameters)
        except Exception as error:  # noqa: BLE001 - raised to the caller
            write.reject(error)
            return False
        return True

    async def _run_transaction(self, transaction: Transaction) -> bool:
        """Let the body of a transaction use the connection; whether its work is to be committed."""
        if transaction.turn.done():  # cancelled while it waited
            return False
        try:
            self.connection.execute("SAVEPOINT body")
        except ServiceUnavailable as error:
            transaction.reject(error)
            return False
        transaction.turn.set_result(None)
        timer = asyncio.get_running_loop().call_later(self._timeout, transaction.expire)
        keep = await transaction.ended
        timer.cancel()
        if not self.connection.in_transaction:
            return keep  # everything was rolled back: the caller is rejected with the group
        try:
            if not keep:
                self.connection.execute("ROLLBACK TO body")
            self.connection.execute("RELEASE body")
        except ServiceUnavailable:
            self.connection.rollback()
        return keep

    def _wait_for_lock(self) -> None:
        # Not SQLite's own busy timeout, which soon polls only ten times a second: a busy process releases the lock for about
        # 0.1 ms between two commits, so another process would starve.
        deadline = time.monotonic() + self._timeout
        while not self.connection.begin():
            if time.monotonic() > deadline:
                raise ServiceUnavailable(BUSY)
            time.sleep(_LOCK_POLL)

    def _commit(self) -> None:
        try:
            self.connection.execute("COMMIT")
        except Exception:
            self.connection.rollback()
            raise
        self._files.check()


def _queue_full() -> ServiceUnavailable:
    return ServiceUnavailable("Too many writes are waiting; nothing was done.")


def _reject(jobs: Sequence[Job], detail: str, cause: Exception | None = None) -> None:
    for job in jobs:
        error = ServiceUnavailable(detail)
        error.__cause__ = cause
        job.reject(error)
