"""PostgreSQL: session settings, prepared statements, the pool."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy import bindparam, column, func, literal, literal_column, select, text

from app.core.database import connect
from app.core.database.postgres import PostgresDatabase
from app.core.database.postgres.connection import MAX_PREPARED
from app.core.database.statements import Statement, statement
from app.core.errors import ServiceUnavailable, TransactionConflict
from tests.app.core.database.notes import ALL, COUNT, ENDLESS, GET, INSERT, SET, Note, count_up, opened_on
from tests.support.paths import ROOT
from tests.support.servers.postgres import Postgres, Running

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SETTING = statement(select(func.current_setting(bindparam("name"))), str)
PROCESS = statement(select(func.pg_backend_pid()), int)
SLEEP = statement(select(literal_column("1")).select_from(func.pg_sleep(bindparam("seconds"))), int)


def connections(server: Running, name: str) -> int:
    """The number of connections of the service to a database."""
    return counted(server, f"datname = '{name}' AND application_name = 'accord'")


def counted(server: Running, condition: str) -> int:
    """The number of sessions that meet a condition."""
    return int(server.execute(f"SELECT count(*) FROM pg_stat_activity WHERE {condition}")[0][0])  # noqa: S608 - a test's


def test_sqlite_does_not_import_the_driver():
    program = "import sys; import app.core.database, app.services.users; print('asyncpg' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == "False"


class TestSessions:
    async def test_every_session_has_timeouts_and_utc(self, served: PostgresDatabase):
        expected = {
            "TimeZone": "UTC",
            "application_name": "accord",
            "statement_timeout": "500ms",
            "lock_timeout": "500ms",
            "idle_in_transaction_session_timeout": "1500ms",
        }

        assert {name: await served.one(SETTING, name=name) for name in expected} == expected

    async def test_settings_of_the_url_take_precedence(self, postgres: Running, name: str):
        database = await connect(postgres.url(name) + "?application_name=api-7&search_path=elsewhere")

        assert await database.one(SETTING, name="application_name") == "api-7"
        assert await database.one(SETTING, name="search_path") == "elsewhere"
        await database.close()

    async def test_a_transaction_is_read_committed_whatever_the_default(self, postgres: Running, name: str):
        postgres.execute(f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'")
        database = await opened_on(postgres, name)

        async with database.transaction() as transaction:
            assert await transaction.one(SETTING, name="transaction_isolation") == "read committed"
        await database.close()

    async def test_the_server_is_reached_by_its_socket(self):
        with Postgres() as server:
            database = await connect(f"postgresql://postgres@/postgres?host={server.folder}&port={server.port}")
            assert await database.one(PROCESS) is not None
            await database.close()

    async def test_an_unknown_database_is_a_connection_error_with_the_reason(self, postgres: Running):
        with pytest.raises(ConnectionError, match='database "nowhere" does not exist'):
            await connect(postgres.url("nowhere"))


class TestStatements:
    async def test_each_is_prepared_once_for_each_connection(self, served: PostgresDatabase):
        for word in "abc":
            await served.one(GET, word=word)

        prepared = statement(select(column("statement")).select_from(text("pg_prepared_statements")), str)
        assert len([sql for sql in await served.all(prepared) if "WHERE notes.word" in sql]) == 1

    async def test_the_number_of_prepared_statements_is_bounded(self, served: PostgresDatabase):
        def numbered(number: int) -> Statement[int]:
            return statement(select(literal_column(str(number))), int)

        assert [await served.one(numbered(number)) for number in range(MAX_PREPARED + 50)] == list(range(MAX_PREPARED + 50))

        count = statement(select(func.count()).select_from(text("pg_prepared_statements")), int)
        assert (await served.one(count) or 0) <= MAX_PREPARED + 1

    async def test_a_migration_of_a_column_is_transparent(self, served: PostgresDatabase, postgres: Running, name: str):
        await served.one(INSERT, word="a")
        async with served.transaction() as transaction:
            await transaction.all(ALL)

        postgres.execute("ALTER TABLE notes ALTER COLUMN number TYPE bigint", name)
        assert [note.word for note in await served.all(ALL)] == ["a"]
        postgres.execute("ALTER TABLE notes ALTER COLUMN number TYPE integer", name)
        async with served.transaction() as transaction:
            assert [note.word for note in await transaction.all(ALL)] == ["a"]
        postgres.execute("ALTER TABLE notes ALTER COLUMN number TYPE bigint", name)
        assert (await served.one(INSERT, word="b")) is not None
        assert await served.one(COUNT) == 2

    async def test_a_migration_in_the_middle_of_a_transaction_is_a_conflict(
        self, served: PostgresDatabase, postgres: Running, name: str
    ):
        await served.all(ALL)

        async def body() -> None:
            async with served.transaction() as transaction:
                await transaction.one(PROCESS)
                postgres.execute("ALTER TABLE notes ALTER COLUMN number TYPE bigint", name)
                await transaction.all(ALL)

        with pytest.raises(TransactionConflict):
            await body()

        assert await served.all(ALL) == []

    @pytest.mark.parametrize("word", ["a\0b", "\ud800"])
    async def test_text_that_postgresql_cannot_store_is_only_an_error(self, served: PostgresDatabase, word: str):
        with pytest.raises(Exception) as caught:  # noqa: PT011 - the contract lets none through: it is a bug
            await served.one(INSERT, word=word)
        assert not isinstance(caught.value, ServiceUnavailable)

        with pytest.raises(type(caught.value)):
            async with served.transaction() as transaction:
                await transaction.one(INSERT, word=word)

        await served.one(INSERT, word="b")
        assert [note.word for note in await served.all(ALL)] == ["b"]

    async def test_programming_errors_are_not_translated(self, served: PostgresDatabase):
        broken: Statement[int] = statement(select(literal_column("1 +")), int)

        with pytest.raises(Exception, match="syntax error") as caught:
            await served.one(broken)

        assert not isinstance(caught.value, ServiceUnavailable)
        assert await served.one(COUNT) == 0

    async def test_a_transaction_is_not_committed_after_a_caught_programming_error(self, served: PostgresDatabase):
        broken: Statement[int] = statement(select(1 / (literal(1) - literal(1))), int)

        async def careless() -> None:
            async with served.transaction() as transaction:
                await transaction.one(INSERT, word="a")
                with pytest.raises(Exception, match="division by zero"):
                    await transaction.one(broken)

        with pytest.raises(Exception, match="division by zero"):
            await careless()

        assert await served.one(COUNT) == 0

    async def test_a_statement_interrupted_by_a_timeout_breaks_its_transaction(self, served: PostgresDatabase):
        async def careless() -> None:
            async with served.transaction() as transaction:
                await transaction.one(INSERT, word="a")
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await transaction.one(SLEEP, seconds=0.4)

        with pytest.raises(ServiceUnavailable, match="interrupted"):
            await careless()

        assert await served.one(COUNT) == 0


class TestPool:
    async def test_connections_are_opened_when_they_are_needed(self, served: PostgresDatabase, postgres: Running, name: str):
        for _ in range(20):
            await served.one(COUNT)
        assert connections(postgres, name) == 1

        await asyncio.gather(*(served.one(SLEEP, seconds=0.05) for _ in range(40)))
        assert connections(postgres, name) == 8

    async def test_the_last_used_connection_is_used_next(self, served: PostgresDatabase):
        await asyncio.gather(*(served.one(SLEEP, seconds=0.05) for _ in range(8)))

        assert len({await served.one(PROCESS) for _ in range(20)}) == 1

    async def test_waiters_are_served_in_order(self, postgres: Running, name: str):
        database = await opened_on(postgres, name, connections=1)
        served: list[int] = []

        async def ask(number: int) -> None:
            await database.one(COUNT)
            served.append(number)

        await asyncio.gather(*(ask(number) for number in range(50)))

        assert served == list(range(50))
        await database.close()

    async def test_waiting_for_a_connection_is_bounded(self, postgres: Running, name: str):
        database = await opened_on(postgres, name, connections=1, statement_timeout=5, lock_timeout=0.2)
        slow = asyncio.create_task(database.one(SLEEP, seconds=2))
        await asyncio.sleep(0)

        with pytest.raises(ServiceUnavailable, match="busy"):
            await database.one(COUNT)

        assert await slow == 1
        await database.close()

    async def test_cancellation_in_the_queue_has_no_effect(self, postgres: Running, name: str):
        database = await opened_on(postgres, name, connections=1)
        async with database.transaction():
            waiting = [asyncio.create_task(database.one(INSERT, word=word)) for word in "ab"]
            after = asyncio.create_task(database.one(INSERT, word="c"))
            await asyncio.sleep(0)
            for task in waiting:
                task.cancel()

        await after
        assert [note.word for note in await database.all(ALL)] == ["c"]
        await database.close()

    @pytest.mark.parametrize("round_", range(3))
    async def test_cancellations_at_any_moment_lose_no_connection(self, postgres: Running, name: str, round_: int):
        database = await opened_on(postgres, name, connections=4)
        await database.one(INSERT, word="counter")

        async def work(number: int) -> None:
            async with database.transaction() as transaction:
                await transaction.one(GET, word="counter")
                await transaction.run(SET, word="counter", value=number)

        tasks: list[asyncio.Task[Any]] = []
        for number in range(120):
            tasks += [asyncio.create_task(work(number)), asyncio.create_task(database.one(COUNT))]
            await asyncio.sleep(0.0005 * (number % (3 + round_)))
            tasks[number].cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)

        assert not [found for found in results if isinstance(found, Exception)]
        assert await asyncio.wait_for(asyncio.gather(*(database.one(COUNT) for _ in range(40))), 10) == [1] * 40
        assert connections(postgres, name) <= 4
        await database.close()

    async def test_a_cancelled_statement_is_stopped_on_the_server(self, served: PostgresDatabase, postgres: Running, name: str):
        task = asyncio.create_task(served.one(ENDLESS))
        await asyncio.sleep(0.1)
        task.cancel()
        await asyncio.wait([task])
        await served.one(COUNT)
        await asyncio.sleep(0.1)

        assert counted(postgres, f"datname = '{name}' AND state = 'active'") == 0


class TestRaces:
    async def test_240_read_modify_writes_with_a_version_lose_none(self, postgres: Running, name: str):
        database = await opened_on(postgres, name, lock_timeout=30)
        await database.one(INSERT, word="counter")

        async def patient() -> None:
            for _ in range(20):
                try:
                    return await count_up(database)
                except TransactionConflict:
                    continue
            pytest.fail("never came through")

        for _ in range(6):
            await asyncio.gather(*(patient() for _ in range(40)))

        note = await database.one(GET, word="counter")
        assert note is not None
        assert note.number == 240
        await database.close()

    async def test_240_read_modify_writes_with_a_lock_lose_none(self, postgres: Running, name: str):
        database = await opened_on(postgres, name, lock_timeout=30)
        await database.one(INSERT, word="counter")
        locked = statement(select(Note.number).where(Note.word == bindparam("word")).with_for_update(), int)

        async def work() -> None:
            async with database.transaction() as transaction:
                number = await transaction.one(locked, word="counter")
                assert number is not None
                await transaction.run(SET, word="counter", value=number + 1)

        await asyncio.gather(*(work() for _ in range(240)))

        note = await database.one(GET, word="counter")
        assert note is not None
        assert note.number == 240
        await database.close()
