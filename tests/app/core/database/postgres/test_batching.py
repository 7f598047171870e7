"""Batching of concurrent look-ups, on a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import bindparam, func, or_, select

from app.core.database import connect
from app.core.database.postgres import PostgresDatabase
from app.core.database.postgres.batching import MAX_CONCURRENT
from app.core.database.postgres.connection import Connection
from app.core.database.statements import Compiled, command, insert, lookup, shared
from app.core.errors import ServiceUnavailable
from tests.app.core.database.notes import Note, prepare

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

GET = lookup(select(Note.word, Note.number), lambda word, number: (word, number), word=Note.word)
COUNT = shared(select(func.count()).select_from(Note), int)
EVEN = shared(select(func.count()).select_from(Note).where(or_(Note.word == "w2", Note.word == "w4")), int)
ADD = command(insert(Note).values(word=bindparam("word"), number=bindparam("number")))


@pytest.fixture
async def database(postgres) -> AsyncIterator[PostgresDatabase]:
    """A database with the notes w0 to w99."""
    prepare(postgres, "merging")
    opened = await connect(postgres.url("merging"), connections=4)
    assert isinstance(opened, PostgresDatabase)
    for number in range(100):
        await opened.run(ADD, word=f"w{number}", number=number)
    yield opened
    await opened.close()
    postgres.drop("merging")


@pytest.fixture
def sent(monkeypatch) -> list[str]:
    """Records the statements sent to the server."""
    found: list[str] = []
    run = Connection.all

    async def noted(self: Connection, compiled: Compiled[Any], parameters: list[Any]) -> list[Any]:
        found.append(compiled.sql)
        return await run(self, compiled, parameters)

    monkeypatch.setattr(Connection, "all", noted)
    return found


class TestLookups:
    async def test_each_caller_gets_its_own_row(self, database):
        words = [f"w{number % 130}" for number in range(300)]

        found = await asyncio.gather(*(database.one(GET, word=word) for word in words))

        assert found == [(word, int(word[1:])) if int(word[1:]) < 100 else None for word in words]

    async def test_concurrent_callers_are_answered_by_few_statements(self, database, sent):
        await asyncio.gather(*(database.one(GET, word=f"w{number}") for number in range(100)))

        assert len(sent) == MAX_CONCURRENT + 1

    async def test_a_single_caller_is_not_batched(self, database, sent):
        await database.one(GET, word="w1")

        [statement] = sent
        assert "ANY" not in statement

    async def test_no_caller_gets_a_result_that_was_read_before_the_call(self, database):
        async def write_and_read(number: int) -> object:
            await database.run(ADD, word=f"new{number}", number=number)
            return await database.one(GET, word=f"new{number}")

        found = await asyncio.gather(*(write_and_read(number) for number in range(200)))

        assert found == [(f"new{number}", number) for number in range(200)]

    async def test_a_cancelled_caller_does_not_affect_the_others(self, database):
        callers = [asyncio.ensure_future(database.one(GET, word=f"w{number}")) for number in range(60)]
        await asyncio.sleep(0)
        for caller in callers[::3]:
            caller.cancel()
        found = await asyncio.gather(*callers, return_exceptions=True)

        kept = [answer for number, answer in enumerate(found) if number % 3]
        assert kept == [(f"w{number}", number) for number in range(60) if number % 3]
        assert await database.one(GET, word="w5") == ("w5", 5)

    async def test_an_outage_is_raised_to_all_waiting_callers(self, database, postgres):
        postgres.execute("ALTER TABLE notes RENAME TO gone", "merging")

        found = await asyncio.gather(*(database.one(GET, word=f"w{n}") for n in range(20)), return_exceptions=True)

        assert {type(answer) for answer in found} == {ServiceUnavailable}
        postgres.execute("ALTER TABLE gone RENAME TO notes", "merging")
        assert await database.one(GET, word="w5") == ("w5", 5)

    async def test_a_parameter_beside_the_key_is_rejected(self, database):
        lame = lookup(select(Note.number).where(Note.number > 7), int, word=Note.word)

        with pytest.raises(TypeError, match="no parameter but its key"):
            await database.one(lame, word="w8")


class TestShared:
    async def test_concurrent_callers_share_one_result(self, database, sent):
        found = await asyncio.gather(*(database.one(COUNT) for _ in range(50)))

        assert found == [100] * 50
        assert len(sent) == MAX_CONCURRENT + 1

    async def test_literals_of_the_statement_are_sent_with_it(self, database):
        assert await asyncio.gather(*(database.one(EVEN) for _ in range(50))) == [2] * 50
