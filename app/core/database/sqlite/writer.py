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
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from typing import Any, TypeVar

from app.core.database.sqlite.connection import BUSY, Connection
from app.core.database.sqlite.jobs import Job
from app.core.database.sqlite.opened_files import OpenedFiles
from app.core.database.usage import Usage
from app.core.errors import ServiceUnavailable

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


class Writer:
    """Runs writes in order of arrival. `timeout` (seconds) bounds the wait for other processes, and each transaction's body."""

    def __init__(self, connection: Connection, files: OpenedFiles, timeout: float) -> None:
        self.connection = connection
        self._files = files
        self.holder: asyncio.Task[Any] | None = None  # the task that is inside a transaction block
        self.timeout = timeout
        self._queue: deque[Job[Any]] = deque()
        self._waits, self._wait_seconds = 0, 0.0
        self._draining: asyncio.Task[None] | None = None
        self.closed = False  # accepts no more work
        self._released = False  # has closed the file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-commit")

    @property
    def usage(self) -> Usage:
        """How busy it is."""
        return Usage(1, int(self._draining is not None), len(self._queue), self._waits, self._wait_seconds)

    async def perform(self, job: Job[T]) -> T:
        """Run a job as its own transaction; return its result after the commit."""
        self.submit(job)
        return await job.answer

    def submit(self, job: Job[Any]) -> None:
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
        group: list[Job[Any]] = []
        try:
            while self._queue:
                await self._run_group(group)
                group.clear()
        finally:
            self._draining = None
            if self._queue or group:  # cancelled with the loop, or a bug: fail all waiting callers and accept no more
                self.closed = True
                _reject([*group, *self._queue], "The database was closed; the outcome is not known.")

    async def _run_group(self, group: list[Job[Any]]) -> None:
        """BEGIN, run the queued jobs, COMMIT, deliver the results."""
        loop = asyncio.get_running_loop()
        if not await self._begin():
            return
        while self._queue and len(group) < GROUP and self.connection.in_transaction:
            job = self._queue.popleft()
            waited = loop.time() - job.since
            self._waits += 1
            self._wait_seconds += waited
            if waited > QUEUE_TIMEOUT:
                job.reject(_queue_full())
            elif await job.perform(self.connection):
                group.append(job)
        if not self.connection.in_transaction:  # SQLite has rolled back everything: the disk is full, or a write took too long
            _reject(group, _ROLLED_BACK)
            return
        if not group:
            self.connection.rollback()
            return
        try:
            await loop.run_in_executor(self._thread, self._commit)
        except Exception as error:  # noqa: BLE001 - nothing was committed, and every caller receives the error
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

    def _wait_for_lock(self) -> None:
        # Not SQLite's own busy timeout, which soon polls only ten times a second: a busy process releases the lock for about
        # 0.1 ms between two commits, so another process would starve.
        deadline = time.monotonic() + self.timeout
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


def _reject(jobs: Sequence[Job[Any]], detail: str, cause: Exception | None = None) -> None:
    for job in jobs:
        error = ServiceUnavailable(detail)
        error.__cause__ = cause
        job.reject(error)
