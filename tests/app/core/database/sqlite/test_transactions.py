"""SQLite transactions of one process: atomic, serial, many in one commit."""

from __future__ import annotations

import asyncio
import sqlite3
import time

import pytest

from app.core.database.sqlite import SQLiteDatabase
from app.core.errors import ServiceUnavailable
from tests.app.core.database.notes import ALL, BELOW, COUNT, GET, INSERT, SET, traced

pytestmark = pytest.mark.anyio


async def words(database: SQLiteDatabase) -> set[str]:
    return {note.word for note in await database.all(ALL)}


async def add(database: SQLiteDatabase, word: str) -> None:
    """A transaction that yields to others in its middle."""
    async with database.transaction() as transaction:
        await asyncio.sleep(0)
        await transaction.one(INSERT, word=word)


class TestGrouping:
    async def test_fifty_concurrent_writes_share_few_commits(self, database: SQLiteDatabase):
        seen = traced(database)

        await asyncio.gather(*(database.one(INSERT, word=str(number)) for number in range(50)))

        assert seen.count("COMMIT") <= 3
        assert await database.one(COUNT) == 50

    async def test_fifty_concurrent_transactions_share_few_commits(self, database: SQLiteDatabase):
        seen = traced(database)

        await asyncio.gather(*(add(database, str(number)) for number in range(50)))

        assert seen.count("COMMIT") <= 3
        assert await database.one(COUNT) == 50

    async def test_a_group_is_bounded(self, database: SQLiteDatabase):
        seen = traced(database)

        await asyncio.gather(*(database.one(INSERT, word=str(number)) for number in range(300)))

        assert seen.count("COMMIT") >= 3

    async def test_bodies_run_one_at_a_time_in_order_of_arrival(self, database: SQLiteDatabase):
        events: list[str] = []

        async def body(name: str) -> None:
            async with database.transaction():
                events.append(f"{name} begins")
                await asyncio.sleep(0.001)
                events.append(f"{name} ends")

        await asyncio.gather(body("a"), body("b"), body("c"))

        assert events == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]

    async def test_read_modify_writes_lose_no_update(self, database: SQLiteDatabase):
        await database.one(INSERT, word="counter")

        async def count_up() -> None:
            async with database.transaction() as transaction:
                note = await transaction.one(GET, word="counter")
                await asyncio.sleep(0)
                assert note is not None
                await transaction.run(SET, word="counter", value=note.number + 1)

        await asyncio.gather(*(count_up() for _ in range(100)))

        note = await database.one(GET, word="counter")
        assert note is not None
        assert note.number == 100

    async def test_the_loop_runs_while_a_commit_waits_for_the_disk(self, database: SQLiteDatabase):
        # given a slow commit: SQLite calls the trace in the thread that commits
        def slow(sql: str) -> None:
            if sql == "COMMIT":
                time.sleep(0.1)

        database._writer.connection._raw.set_trace_callback(slow)  # noqa: SLF001 - no disk is slow on demand
        write = asyncio.create_task(database.one(INSERT, word="a"))

        turns = 0
        while not write.done():
            await database.one(COUNT)
            await asyncio.sleep(0.001)
            turns += 1

        assert turns > 20


class TestFailure:
    async def test_a_failed_commit_is_raised_to_every_caller_and_keeps_nothing(self, database: SQLiteDatabase):
        await database.one(INSERT, word="before")
        seen = traced(database)

        async def orphan() -> None:
            async with database.transaction() as transaction:
                # A deferred check makes COMMIT itself fail.
                database._writer.connection.execute("PRAGMA defer_foreign_keys = ON")  # noqa: SLF001
                await transaction.run(BELOW, word="orphan", above_id=99)

        results = await asyncio.gather(add(database, "a"), orphan(), add(database, "b"), return_exceptions=True)

        assert [type(result) for result in results] == [ServiceUnavailable] * 3
        assert await words(database) == {"before"}
        assert seen[-1] == "ROLLBACK"
        await add(database, "after")
        assert await words(database) == {"before", "after"}

    async def test_a_full_disk_keeps_nothing_of_the_group_and_the_next_succeeds(self, database: SQLiteDatabase):
        pages = database._writer.connection.execute("PRAGMA page_count")[0][0]  # noqa: SLF001
        database._writer.connection.execute(f"PRAGMA max_page_count = {pages}")  # noqa: SLF001 - a disk that is full on demand

        results = await asyncio.gather(*(add(database, f"{n:050}") for n in range(100)), return_exceptions=True)

        outages = [result for result in results if isinstance(result, ServiceUnavailable)]
        kept = await words(database)
        assert outages
        assert len(kept) == results.count(None)
        database._writer.connection.execute("PRAGMA max_page_count = 1000000")  # noqa: SLF001
        await add(database, "after")
        assert await words(database) == kept | {"after"}


class TestMisuse:
    async def test_it_still_raises_after_a_waiting_caller_was_cancelled(self, database: SQLiteDatabase):
        async with database.transaction() as transaction:
            await transaction.one(INSERT, word="a")
            waiting = asyncio.create_task(add(database, "b"))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.wait([waiting])

            with pytest.raises(RuntimeError, match="through the transaction"):
                await database.one(INSERT, word="c")

        assert await words(database) == {"a"}


class TestCancellation:
    async def test_cancellation_in_the_queue_has_no_effect(self, database: SQLiteDatabase):
        async with database.transaction():
            waiting = [asyncio.create_task(add(database, "a")), asyncio.create_task(database.one(INSERT, word="b"))]
            after = asyncio.create_task(add(database, "c"))
            await asyncio.sleep(0)
            for task in waiting:
                task.cancel()
            await asyncio.sleep(0)

        await after
        assert all(task.cancelled() for task in waiting)
        assert await words(database) == {"c"}

    async def test_cancellation_during_the_commit_keeps_the_work_and_the_group(self, database: SQLiteDatabase):
        committing = asyncio.Event()
        loop = asyncio.get_running_loop()

        def slow(sql: str) -> None:
            if sql == "COMMIT":
                loop.call_soon_threadsafe(committing.set)
                time.sleep(0.05)

        database._writer.connection._raw.set_trace_callback(slow)  # noqa: SLF001 - no disk is slow on demand
        gone = [asyncio.create_task(add(database, "a")), asyncio.create_task(database.one(INSERT, word="b"))]
        stays = asyncio.create_task(add(database, "c"))
        await committing.wait()
        for task in gone:
            task.cancel()

        await stays
        assert all(task.cancelled() for task in gone)
        assert await words(database) == {"a", "b", "c"}


class TestClose:
    async def test_close_waits_for_pending_work(self, database: SQLiteDatabase, url: str):
        writes = [asyncio.create_task(database.one(INSERT, word=str(number))) for number in range(200)]
        await asyncio.sleep(0)

        await database.close()

        await asyncio.gather(*writes)
        file = sqlite3.connect(url.removeprefix("sqlite:///"))
        assert file.execute("SELECT count(*) FROM notes").fetchone() == (200,)
        file.close()

    async def test_a_dead_writer_rejects_waiting_callers_and_ping_fails(self, database: SQLiteDatabase):
        # given an unexpected error
        database._writer.connection.close()  # noqa: SLF001 - no correct use of the database does this
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)

        with pytest.raises(ServiceUnavailable, match="not known"):
            await database.one(INSERT, word="a")

        with pytest.raises(ServiceUnavailable, match="closed"):
            await database.ping()
