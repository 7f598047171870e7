"""Single statements and bulk loading on either database."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import insert as plain_insert

from app.core.database import Database
from app.core.database.statements import command
from app.core.errors import ConstraintViolation, ServiceUnavailable
from tests.app.core.database.notes import ALL, BELOW, COUNT, DELETE, ENDLESS, GET, INSERT, OFFER, SET, TABLE, Note

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def rows(*words: str) -> Iterator[tuple[Any, ...]]:
    """Rows with the columns LOADED."""
    return ((word, len(word), True, NOON) for word in words)


LOADED = ["word", "number", "is_done", "written_at"]


class TestConstraints:
    async def test_on_conflict_do_nothing_returns_none(self, either: Database):
        await either.one(INSERT, word="a")

        assert await either.one(OFFER, word="a") is None

    async def test_a_duplicate_value_violates_unique(self, either: Database):
        await either.one(INSERT, word="a")

        with pytest.raises(ConstraintViolation) as refused:
            await either.one(INSERT, word="a")

        assert refused.value.kind == "unique"
        assert refused.value.constraint == "uq_notes_word"
        assert "word" in refused.value.detail

    async def test_a_duplicate_primary_key_violates_unique(self, either: Database):
        again = command(plain_insert(Note).values(id=1, word="a"))
        await either.run(again)

        with pytest.raises(ConstraintViolation) as refused:
            await either.run(command(plain_insert(Note).values(id=1, word="b")))

        assert (refused.value.kind, refused.value.constraint) == ("unique", "pk_notes")

    async def test_a_reference_to_a_missing_row_violates_the_foreign_key(self, either: Database):
        with pytest.raises(ConstraintViolation) as refused:
            await either.run(BELOW, word="b", above_id=7)

        assert refused.value.kind == "foreign key"
        assert refused.value.constraint in {"fk_notes_above_id", ""}  # SQLite does not tell
        assert await either.one(COUNT) == 0

    async def test_a_disallowed_value_violates_the_check(self, either: Database):
        with pytest.raises(ConstraintViolation) as refused:
            await either.one(INSERT, word="")

        assert (refused.value.kind, refused.value.constraint) == ("check", "ck_notes_word")

    async def test_a_missing_value_violates_not_null(self, either: Database):
        with pytest.raises(ConstraintViolation) as refused:
            await either.run(command(plain_insert(Note).values(word=None)))

        assert (refused.value.kind, refused.value.constraint) == ("not null", "")

    async def test_run_returns_the_number_of_changed_rows(self, either: Database):
        await either.one(INSERT, word="a")

        assert await either.run(SET, word="a", value=3) == 1
        assert await either.run(DELETE, word="b") == 0

    async def test_a_command_with_defaults_changes_one_row(self, either: Database):
        assert await either.run(BELOW, word="a", above_id=None) == 1

        [note] = await either.all(ALL)
        assert (note.number, note.is_done, note.written_at.tzinfo) == (0, False, UTC)


class TestReads:
    async def test_acknowledged_writes_are_read(self, either: Database):
        async def write_and_read(word: str) -> bool:
            await either.one(INSERT, word=word)
            return await either.one(GET, word=word) is not None

        assert all(await asyncio.gather(*(write_and_read(str(number)) for number in range(50))))

    async def test_a_read_that_takes_too_long_is_stopped(self, either: Database):
        with pytest.raises(ServiceUnavailable, match="took too long"):
            await either.one(ENDLESS)

        assert await either.one(COUNT) == 0

    async def test_ping_reads_something(self, either: Database):
        await either.ping()


class TestLoading:
    async def test_it_writes_every_row_and_returns_their_number(self, either: Database):
        assert await either.load(TABLE, LOADED, rows(*map(str, range(3000)))) == 3000

        assert await either.one(COUNT) == 3000
        note = await either.one(GET, word="2999")
        assert note is not None
        assert (note.number, note.is_done, note.written_at) == (4, True, NOON)

    async def test_values_are_converted_as_those_of_statements(self, either: Database):
        elsewhere = NOON.astimezone(timezone(timedelta(hours=5)))

        await either.load(TABLE, LOADED, [("a", 1, False, elsewhere)])

        assert [(note.is_done, note.written_at) for note in await either.all(ALL)] == [(False, NOON)]

    async def test_loading_no_rows_succeeds(self, either: Database):
        assert await either.load(TABLE, LOADED, []) == 0

    async def test_one_rejected_row_rolls_back_all(self, either: Database):
        await either.one(INSERT, word="before")

        with pytest.raises(ConstraintViolation) as refused:
            await either.load(TABLE, LOADED, rows(*map(str, range(2500)), "before"))

        assert refused.value.constraint == "uq_notes_word"
        assert await either.one(COUNT) == 1

    async def test_an_exception_of_the_iterable_rolls_back_all(self, either: Database):
        def broken() -> Iterator[tuple[Any, ...]]:
            yield from rows(*map(str, range(2500)))
            raise LookupError("row")

        with pytest.raises(LookupError):
            await either.load(TABLE, LOADED, broken())

        assert await either.one(COUNT) == 0
        await either.one(INSERT, word="after")

    async def test_a_row_of_another_length_is_rejected_before_it_is_sent(self, either: Database):
        with pytest.raises(TypeError, match="2 values for the 4 columns word, number"):
            await either.load(TABLE, LOADED, [("a", 1)])

    async def test_cancellation_rolls_back_all_rows(self, either: Database):
        begun = asyncio.Event()
        loop = asyncio.get_running_loop()

        def endless() -> Iterator[tuple[Any, ...]]:
            for number in range(10_000_000):
                if number == 5000:
                    loop.call_soon_threadsafe(begun.set)
                yield (str(number), 0, False, NOON)

        task = asyncio.create_task(either.load(TABLE, LOADED, endless()))
        await begun.wait()
        task.cancel()
        await asyncio.wait([task])

        await either.one(INSERT, word="after")

        assert task.cancelled()
        assert await either.one(COUNT) == 1

    async def test_the_loop_runs_meanwhile(self, either: Database):
        load = asyncio.create_task(either.load(TABLE, LOADED, rows(*map(str, range(50_000)))))

        longest, turns, before = 0.0, 0, time.monotonic()
        while not load.done():
            await asyncio.sleep(0)
            now = time.monotonic()
            longest, turns, before = max(longest, now - before), turns + 1, now

        assert await load == 50_000
        assert turns > 50

    async def test_inside_a_transaction_it_raises_instead_of_deadlocking(self, either: Database):
        async with either.transaction():
            with pytest.raises(RuntimeError, match="through the transaction"):
                await either.load(TABLE, LOADED, [])


class TestUsage:
    async def test_what_had_to_wait_is_counted(self, either: Database):
        await asyncio.gather(*(either.one(INSERT, word=f"word {number}") for number in range(30)))

        usage = either.usage
        assert usage.open >= 1
        assert (usage.in_use, usage.waiting) == (0, 0)
        assert usage.waits >= 20
        assert usage.wait_seconds > 0
