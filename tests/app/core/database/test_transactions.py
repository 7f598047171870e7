"""Transactions on either database: atomic, whatever goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from sqlalchemy import bindparam, update

from app.core.clock import utc_now
from app.core.database import Database, retry_on_conflict
from app.core.database.postgres import PostgresDatabase
from app.core.database.statements import FromRow, Insertion, command, insert, parameters, statement
from app.core.errors import ConstraintViolation, ServiceUnavailable, TransactionConflict
from tests.app.core.database.notes import (
    ALL,
    BELOW,
    COLUMNS,
    ENDLESS_WRITE,
    GET,
    INSERT,
    SET,
    Note,
    NoteRow,
    count_up,
    opened_on,
)
from tests.support.servers.postgres import Running

pytestmark = pytest.mark.anyio


async def words(database: Database) -> set[str]:
    return {note.word for note in await database.all(ALL)}


async def add(database: Database, word: str) -> None:
    """A transaction that yields to others in its middle."""
    async with database.transaction() as transaction:
        await asyncio.sleep(0)
        await transaction.one(INSERT, word=word)


INSERT_BELOW = command(insert(Note).values(parameters("word", "number", "is_done", "above_id", "written_at")))
OFFER_WHOLE = statement(
    insert(Note).values(parameters("word", "number", "is_done", "written_at")).on_conflict_do_nothing().returning(*COLUMNS),
    NoteRow,
)
WHOLE = {"word": "a", "number": 1, "is_done": False, "written_at": utc_now()}
FROM_ROW = (FromRow("above_id", "id"), FromRow("written_at", "written_at"))


def below(word: str) -> Insertion:
    """A note below the one that is written."""
    return Insertion(INSERT_BELOW, {"word": word, "number": 7, "is_done": True}, FROM_ROW)


class TestInsertion:
    """`one_with`, alone and in a transaction."""

    async def one_with(self, either: Database, in_transaction: object, word: str, insertion: Insertion) -> NoteRow | None:
        if not in_transaction:
            return await either.one_with(OFFER_WHOLE, WHOLE | {"word": word}, insertion)
        async with either.transaction() as transaction:
            return await transaction.one_with(OFFER_WHOLE, WHOLE | {"word": word}, insertion)

    @pytest.mark.parametrize("in_transaction", [False, True])
    async def test_both_rows_are_written(self, either: Database, in_transaction):
        written = await self.one_with(either, in_transaction, "a", below("b"))

        assert written is not None
        first, second = await either.all(ALL)
        assert first == written
        assert second == NoteRow(second.id, "b", 7, is_done=True, above_id=first.id, written_at=first.written_at)

    async def test_several_rows_are_inserted_and_a_text_may_have_the_value(self, either: Database):
        values = {"number": 7, "is_done": True}
        texts = (FromRow("word", "id", "note "), *FROM_ROW)

        written = await either.one_with(OFFER_WHOLE, WHOLE, below("b"), Insertion(INSERT_BELOW, values, texts))

        assert written is not None
        assert await words(either) == {"a", "b", f"note {written.id}"}

    @pytest.mark.parametrize("in_transaction", [False, True])
    async def test_nothing_is_inserted_if_there_is_no_row(self, either: Database, in_transaction):
        await either.one(INSERT, word="a")

        assert await self.one_with(either, in_transaction, "a", below("b")) is None

        assert await words(either) == {"a"}

    @pytest.mark.parametrize("in_transaction", [False, True])
    async def test_an_insertion_that_is_refused_undoes_the_write(self, either: Database, in_transaction):
        await either.one(INSERT, word="b")

        with pytest.raises(ConstraintViolation, match="unique") as refused:
            await self.one_with(either, in_transaction, "a", below("b"))

        assert refused.value.constraint == "uq_notes_word"
        assert await words(either) == {"b"}

    async def test_a_value_that_is_missing_is_reported(self, either: Database):
        with pytest.raises(TypeError, match=r"missing values: .*number"):
            await either.one_with(OFFER_WHOLE, WHOLE, Insertion(INSERT_BELOW, {"word": "b", "is_done": True}, FROM_ROW))

    @pytest.mark.slow
    async def test_a_default_that_is_left_to_python_is_reported(self, served: PostgresDatabase):
        with pytest.raises(TypeError, match="a value for each column: is_done, number, written_at"):
            await served.one_with(OFFER_WHOLE, WHOLE, Insertion(BELOW, {"word": "b"}, FROM_ROW[:1]))
        with pytest.raises(TypeError, match="a value for each column: is_done, number, written_at"):
            await served.one_with(INSERT, {"word": "a"}, below("b"))


ADD_TO_ALL = statement(update(Note).values(number=Note.number + bindparam("more")).returning(*COLUMNS), NoteRow)


@pytest.mark.slow
async def test_a_write_with_an_insertion_is_repeated_after_a_deadlock(postgres: Running, name: str):
    postgres.execute(f"ALTER DATABASE {name} SET deadlock_timeout = '500ms'")
    database = await opened_on(postgres, name, statement_timeout=10, lock_timeout=10)
    waiting = f"SELECT 1 FROM pg_stat_activity WHERE datname = '{name}' AND wait_event_type = 'Lock'"  # noqa: S608 - our name
    named = Insertion(INSERT_BELOW, {"number": 7, "is_done": True}, (FromRow("word", "id", "note "), *FROM_ROW))
    try:
        for word in "ab":
            await database.one(INSERT, word=word)
        async with database.transaction() as transaction:
            await transaction.run(SET, word="b", value=10)
            writing = asyncio.create_task(database.one_with(ADD_TO_ALL, {"more": 1}, named))
            while not postgres.execute(waiting):  # noqa: ASYNC110 - the state of another server
                await asyncio.sleep(0.01)
            # The other one holds this lock. It began to wait first, so PostgreSQL ends it.
            await transaction.run(SET, word="a", value=20)

        assert await writing is not None
        numbers = {note.word: note.number for note in await database.all(ALL)}
        assert numbers == {"a": 21, "b": 11, "note 1": 7, "note 2": 7}
    finally:
        await database.close()


class TestFailure:
    async def test_a_body_that_raises_rolls_back_only_itself(self, either: Database):
        async def fail(word: str) -> None:
            async with either.transaction() as transaction:
                await transaction.one(INSERT, word=word)
                raise LookupError(word)

        jobs = (add(either, "a"), fail("b"), add(either, "c"), fail("d"), either.one(INSERT, word="e"))
        results = await asyncio.gather(*jobs, return_exceptions=True)

        assert [type(result) for result in results[:4]] == [type(None), LookupError, type(None), LookupError]
        assert await words(either) == {"a", "c", "e"}

    async def test_a_rejected_write_rolls_back_only_itself(self, either: Database):
        results = await asyncio.gather(*(either.one(INSERT, word=word) for word in "aab"), return_exceptions=True)

        assert [type(result) for result in results].count(ConstraintViolation) == 1
        assert await words(either) == {"a", "b"}

    async def test_a_transaction_is_rolled_back_even_if_the_body_catches_the_error(self, either: Database):
        async def careless() -> None:
            async with either.transaction() as transaction:
                await transaction.one(INSERT, word="a")
                with contextlib.suppress(ConstraintViolation):
                    await transaction.run(BELOW, word="b", above_id=99)

        with pytest.raises(ConstraintViolation):
            await careless()

        assert await words(either) == set()

    async def test_after_an_error_the_transaction_runs_nothing_more(self, either: Database):
        async def careless() -> None:
            async with either.transaction() as transaction:
                with contextlib.suppress(ConstraintViolation):
                    await transaction.run(BELOW, word="b", above_id=99)
                await transaction.one(INSERT, word="a")

        with pytest.raises(ConstraintViolation, match="foreign key"):
            await careless()

        assert await words(either) == set()

    async def test_a_write_that_takes_too_long_is_stopped_and_not_acknowledged(self, either: Database):
        await either.one(INSERT, word="before")

        jobs = (add(either, "a"), either.run(ENDLESS_WRITE), add(either, "b"))
        results = await asyncio.gather(*jobs, return_exceptions=True)

        assert isinstance(results[1], ServiceUnavailable)
        acknowledged = {word for word, result in zip("ab", (results[0], results[2]), strict=True) if result is None}
        assert await words(either) == {"before"} | acknowledged
        assert all(result is None or isinstance(result, ServiceUnavailable) for result in (results[0], results[2]))

    @pytest.mark.slow
    async def test_a_body_that_takes_too_long_is_rolled_back(self, either: Database):
        async def idle() -> None:
            async with either.transaction() as transaction:
                await transaction.one(INSERT, word="idle")
                await asyncio.sleep(1)

        results = await asyncio.gather(idle(), add(either, "a"), return_exceptions=True)

        assert isinstance(results[0], ServiceUnavailable)
        assert "too long; nothing was done" in results[0].detail
        assert results[1] is None
        assert await words(either) == {"a"}


class TestMisuse:
    async def test_writes_outside_the_own_transaction_raise_instead_of_deadlocking(self, either: Database):
        async with either.transaction() as transaction:
            await transaction.one(INSERT, word="a")

            with pytest.raises(RuntimeError, match="through the transaction"):
                await either.one(INSERT, word="b")
            with pytest.raises(RuntimeError, match="through the transaction"):
                await add(either, "c")

        assert await words(either) == {"a"}

    async def test_reads_outside_the_own_transaction_see_committed_rows(self, either: Database):
        async with either.transaction() as transaction:
            await transaction.one(INSERT, word="a")

            assert await either.one(GET, word="a") is None
            assert await transaction.one(GET, word="a") is not None

        assert await either.one(GET, word="a") is not None

    async def test_a_transaction_that_has_ended_runs_nothing(self, either: Database):
        async with either.transaction() as transaction:
            pass

        with pytest.raises(RuntimeError, match="inside"):
            await transaction.one(INSERT, word="a")

        assert await words(either) == set()

    async def test_a_transaction_that_has_not_begun_runs_nothing(self, either: Database):
        transaction: Any = either.transaction()

        with pytest.raises(RuntimeError, match="inside"):
            await transaction.one(INSERT, word="a")

        assert await words(either) == set()


class TestCancellation:
    async def test_cancellation_in_the_body_rolls_back(self, either: Database):
        inside = asyncio.Event()

        async def body() -> None:
            async with either.transaction() as transaction:
                await transaction.one(INSERT, word="a")
                inside.set()
                await asyncio.sleep(10)

        task = asyncio.create_task(body())
        after = asyncio.create_task(add(either, "b"))
        await inside.wait()
        task.cancel()

        await after
        await asyncio.wait([task])
        assert task.cancelled()
        assert await words(either) == {"b"}

    @pytest.mark.parametrize("steps", range(14))
    async def test_after_cancellation_at_any_step_the_next_transaction_runs(self, either: Database, steps: int):
        task = asyncio.create_task(add(either, "a"))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])

        await asyncio.wait_for(add(either, "b"), 5)

        assert await words(either) in ({"b"}, {"a", "b"})


class TestConflicts:
    async def test_read_modify_writes_with_a_version_lose_no_update(self, either: Database):
        await either.one(INSERT, word="counter")

        await asyncio.gather(*(count_up(either) for _ in range(20)))

        note = await either.one(GET, word="counter")
        assert note is not None
        assert note.number == 20

    async def test_a_retried_function_gives_up_eventually(self, either: Database):
        calls = 0

        @retry_on_conflict
        async def never() -> None:
            nonlocal calls
            async with either.transaction() as transaction:
                calls += 1
                await transaction.one(INSERT, word="a")
                raise TransactionConflict("overtaken")

        with pytest.raises(TransactionConflict):
            await never()

        assert calls == 10
        assert await words(either) == set()

    async def test_a_function_is_not_retried_after_other_errors(self, either: Database):
        calls = 0

        @retry_on_conflict
        async def refused() -> None:
            nonlocal calls
            calls += 1
            await either.run(BELOW, word="b", above_id=99)

        with pytest.raises(ConstraintViolation):
            await refused()

        assert calls == 1


class TestClose:
    async def test_a_closed_database_rejects_writes(self, either: Database):
        await either.close()

        with pytest.raises(ServiceUnavailable, match="closed"):
            await either.one(INSERT, word="a")

    async def test_close_waits_for_pending_work(self, either: Database):
        writes = [asyncio.create_task(either.one(INSERT, word=str(number))) for number in range(200)]
        await asyncio.sleep(0)

        await either.close()

        assert len([note for note in await asyncio.gather(*writes) if note is not None]) == 200
