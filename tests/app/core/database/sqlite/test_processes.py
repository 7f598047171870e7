"""Several processes on one file, and a process that is killed."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import IO

import pytest

from app.core.database.sqlite import SQLiteDatabase
from app.core.errors import ServiceUnavailable
from tests.app.core.database.notes import COUNT, GET, INSERT
from tests.support.paths import ROOT

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


def started(what: str, url: str) -> subprocess.Popen[str]:
    """`tests.app.core.database.notes` as a program."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.app.core.database.notes", what, url], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


@contextlib.contextmanager
def adding(url: str) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A process that writes until it is killed, and the writes that it reported."""
    with started("add", url) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout
        finally:
            process.kill()


def lock(url: str) -> sqlite3.Connection:
    """Hold the write lock, as another process would, until the connection is closed."""
    other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


class TestProcesses:
    async def test_four_processes_incrementing_a_number_lose_no_update(self, database: SQLiteDatabase, url: str):
        await database.one(INSERT, word="counter")

        processes = [started("raise", url) for _ in range(4)]
        for process in processes:
            await asyncio.to_thread(process.communicate)

        note = await database.one(GET, word="counter")
        assert [process.returncode for process in processes] == [0] * 4
        assert note is not None
        assert note.number == 240

    async def test_acknowledged_writes_survive_a_kill(self, database: SQLiteDatabase, url: str):
        with adding(url) as (process, output):
            acknowledged = [(await asyncio.to_thread(output.readline)).strip() for _ in range(100)]
            process.kill()
            acknowledged += [line.strip() for line in output.read().splitlines(keepends=True) if line.endswith("\n")]

        missing = [word for word in acknowledged if await database.one(GET, word=word) is None]
        assert process.returncode == -signal.SIGKILL
        assert missing == []

    async def test_a_busy_process_does_not_starve_another(self, database: SQLiteDatabase, url: str):
        with adding(url) as (process, output):
            await asyncio.to_thread(output.readline)
            drain = asyncio.create_task(asyncio.to_thread(output.read))

            # The fixture's lock timeout is half a second: each of these would raise.
            for number in range(100):
                await database.one(INSERT, word=f"ours-{number}")
            process.kill()
            await drain


class TestLock:
    async def test_the_loop_is_not_blocked_while_another_process_holds_the_lock(self, database: SQLiteDatabase, url: str):
        other = lock(url)
        write = asyncio.create_task(database.one(INSERT, word="a"))

        longest = 0.0
        end = time.monotonic() + 0.2
        while (before := time.monotonic()) < end:
            assert await database.one(COUNT) == 0
            await asyncio.sleep(0.001)
            longest = max(longest, time.monotonic() - before)
        assert not write.done()
        other.close()

        assert await write is not None
        assert longest < 0.1

    async def test_a_lock_timeout_raises_and_changes_nothing(self, database: SQLiteDatabase, url: str):
        other = lock(url)

        results = await asyncio.gather(*(database.one(INSERT, word=word) for word in "abc"), return_exceptions=True)

        assert [type(result) for result in results] == [ServiceUnavailable] * 3
        assert {str(result) for result in results} == {"The database is busy. Try again."}
        other.close()
        assert await database.one(COUNT) == 0
        assert await database.one(INSERT, word="a") is not None
