"""PostgreSQL restarts, crashes, is demoted, or is unreachable."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import func, literal_column, select

from app.core.database import Database, connect, retry_on_conflict
from app.core.database.postgres import PostgresDatabase, pool
from app.core.database.statements import statement
from app.core.errors import ServiceUnavailable, TransactionConflict
from tests.app.core.database.notes import COUNT, GET, INSERT, SET, Note, opened_on
from tests.support.servers.network import Relay
from tests.support.servers.postgres import Postgres
from tests.support.servers.service import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

PROCESS = statement(select(func.pg_backend_pid()), int)
SLEEP = statement(select(literal_column("1")).select_from(func.pg_sleep(0.3)), int)


@pytest.fixture(scope="module")
def running() -> Iterator[Postgres]:
    # A killed server loses nothing that it has handed to the operating system, so there is no need to wait for the disk.
    with Postgres(synchronous_commit="on", full_page_writes="on") as server:
        yield server


@pytest.fixture
def server(running: Postgres) -> Iterator[Postgres]:
    """A server that tests may stop and kill."""
    running.start()
    running.drop("notes")
    yield running
    running.start()


@pytest.fixture
async def notes(server: Postgres) -> AsyncIterator[PostgresDatabase]:
    database = await opened_on(server, "notes", statement_timeout=2, lock_timeout=5)
    yield database
    await database.close()


async def warm(database: Database) -> None:
    """Open all connections."""
    await asyncio.gather(*(database.one(SLEEP) for _ in range(8)))


async def reading(database: Database, stop: asyncio.Event, failures: list[Exception]) -> int:
    """Read in a loop, and return the number of reads."""
    done = 0
    while not stop.is_set():
        try:
            await database.one(COUNT)
        except ServiceUnavailable as error:
            failures.append(error)
        done += 1
        await asyncio.sleep(0.001)
    return done


class TestRestarts:
    @pytest.mark.parametrize("how", ["fast", "immediate", "kill"])
    async def test_no_read_fails(self, notes: PostgresDatabase, server: Postgres, how: str):
        await warm(notes)
        stop, failures = asyncio.Event(), list[Exception]()
        readers = [asyncio.create_task(reading(notes, stop, failures)) for _ in range(16)]
        await asyncio.sleep(0.1)

        await asyncio.to_thread(server.kill if how == "kill" else lambda: server.stop(how))  # type: ignore[arg-type]
        await asyncio.to_thread(server.start)
        await asyncio.sleep(0.2)
        stop.set()
        done = await asyncio.gather(*readers)

        assert failures == []
        assert all(count > 1 for count in done)  # each read before and after

    async def test_lost_idle_connections_are_replaced(self, notes: PostgresDatabase, server: Postgres):
        await warm(notes)

        await asyncio.to_thread(server.restart)

        assert await asyncio.gather(*(notes.one(COUNT) for _ in range(20))) == [0] * 20
        await notes.one(INSERT, word="a")
        async with notes.transaction() as transaction:
            await transaction.one(INSERT, word="b")
        assert await notes.one(COUNT) == 2

    async def test_retried_transactions_survive_a_restart_and_lose_nothing(self, notes: PostgresDatabase, server: Postgres):
        await notes.one(INSERT, word="counter")
        unknown: list[ServiceUnavailable] = []

        @retry_on_conflict
        async def raise_it() -> None:
            async with notes.transaction() as transaction:
                note = await transaction.one(LOCKED)
                await asyncio.sleep(0.002)
                await transaction.run(SET, word="counter", value=(note or 0) + 1)

        async def work() -> int:
            done = 0
            while time.monotonic() < end:
                try:
                    await raise_it()
                    done += 1
                except TransactionConflict:
                    raise
                except ServiceUnavailable as error:  # lost during COMMIT
                    unknown.append(error)
            return done

        end = time.monotonic() + 2.5
        workers = [asyncio.create_task(work()) for _ in range(4)]
        await asyncio.sleep(0.3)
        await asyncio.to_thread(server.restart)
        done = sum(await asyncio.gather(*workers))

        note = await notes.one(GET, word="counter")
        assert note is not None
        assert done <= note.number <= done + len(unknown)
        assert len(unknown) <= 4
        assert all("not known" in error.detail for error in unknown)


LOCKED = statement(select(Note.number).where(Note.word == "counter").with_for_update(), int)


async def stored(database: Database, word: str) -> None:
    """Wait for a note with the word."""
    async with asyncio.timeout(5):
        while await database.one(GET, word=word) is None:  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(0.01)


class TestLosses:
    async def test_a_transaction_on_a_terminated_connection_is_a_conflict(self, notes: PostgresDatabase, server: Postgres):
        async def body() -> None:
            async with notes.transaction() as transaction:
                await transaction.one(INSERT, word="a")
                process = await transaction.one(PROCESS)
                server.execute(f"SELECT pg_terminate_backend({process})")
                await transaction.one(COUNT)

        with pytest.raises(TransactionConflict, match="nothing was done"):
            await body()

        assert await notes.one(COUNT) == 0

    async def test_a_connection_lost_before_commit_was_sent_is_a_conflict(self, notes: PostgresDatabase, server: Postgres):
        async def body() -> None:
            async with notes.transaction() as transaction:
                await transaction.one(INSERT, word="a")
                process = await transaction.one(PROCESS)
                server.execute(f"SELECT pg_terminate_backend({process})")
                await asyncio.sleep(0.1)

        with pytest.raises(TransactionConflict, match="nothing was done"):
            await body()

        assert await notes.one(COUNT) == 0

    async def test_a_write_without_a_response_is_not_repeated(self, server: Postgres, notes: PostgresDatabase):
        async with Relay(server.port) as relay:
            database = await connect(f"postgresql://postgres@127.0.0.1:{relay.port}/notes", connections=1)
            await database.one(INSERT, word="before")
            relay.answers_lost = True
            write = asyncio.create_task(database.one(INSERT, word="a"))
            await stored(notes, "a")
            relay.cut()
            relay.answers_lost = False

            with pytest.raises(ServiceUnavailable, match="not known whether") as caught:
                await write

            assert not isinstance(caught.value, TransactionConflict)
            assert await database.one(COUNT) == 2
            await database.close()

    async def test_a_commit_without_a_response_is_not_repeated(self, server: Postgres, notes: PostgresDatabase):
        async with Relay(server.port) as relay:
            database = await connect(f"postgresql://postgres@127.0.0.1:{relay.port}/notes", connections=1)
            calls = 0

            @retry_on_conflict
            async def add() -> None:
                nonlocal calls
                calls += 1
                async with database.transaction() as transaction:
                    await transaction.one(INSERT, word="a")
                    relay.answers_lost = True

            write = asyncio.create_task(add())
            await stored(notes, "a")
            relay.cut()
            relay.answers_lost = False

            with pytest.raises(ServiceUnavailable, match="not known whether"):
                await write

            assert calls == 1
            await database.close()

    async def test_a_silent_server_is_given_up_shortly_after_its_statement_timeout(self, server: Postgres):
        await (await opened_on(server, "notes")).close()
        async with Relay(server.port) as relay:
            database = await connect(
                f"postgresql://postgres@127.0.0.1:{relay.port}/notes", statement_timeout=0.2, lock_timeout=0.3
            )
            await database.one(COUNT)
            relay.silent = True

            with pytest.raises(ServiceUnavailable, match="took too long"):
                await asyncio.wait_for(database.one(COUNT), 5)

            relay.cut()
            relay.silent = False
            assert await database.one(COUNT) == 0
            await database.close()

    async def test_a_deadlock_is_a_conflict_and_retried(self, notes: PostgresDatabase):
        for word in "ab":
            await notes.one(INSERT, word=word)
        met = asyncio.Barrier(2)
        first: set[str] = set()

        @retry_on_conflict
        async def swap(one: str, other: str) -> None:
            async with notes.transaction() as transaction:
                await transaction.run(SET, word=one, value=1)
                if one not in first:
                    first.add(one)
                    await met.wait()
                await transaction.run(SET, word=other, value=2)

        await asyncio.gather(swap("a", "b"), swap("b", "a"))

        assert first == {"a", "b"}


class TestOutages:
    async def test_after_the_outage_wait_requests_fail_at_once(
        self, notes: PostgresDatabase, server: Postgres, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(pool, "OUTAGE_WAIT", 0.4)
        await asyncio.to_thread(server.stop)

        with pytest.raises(ServiceUnavailable, match="not available"):
            await notes.one(COUNT)
        results = await asyncio.gather(*(notes.one(COUNT) for _ in range(50)), return_exceptions=True)
        assert all(isinstance(found, ServiceUnavailable) for found in results)
        assert isinstance(results[0].__cause__, OSError)  # type: ignore[union-attr]
        with pytest.raises(ServiceUnavailable):
            await notes.ping()

        await asyncio.to_thread(server.start)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                await notes.ping()
                break
            except ServiceUnavailable:
                await asyncio.sleep(0.05)
        assert await notes.one(COUNT) == 0

    async def test_too_many_connections_wait_and_then_fail_as_busy(self, notes: PostgresDatabase, server: Postgres):
        process = await notes.one(PROCESS)
        server.execute("ALTER DATABASE notes CONNECTION LIMIT 1")
        server.execute("CREATE ROLE limited LOGIN")
        server.execute("GRANT SELECT ON notes TO limited", "notes")
        database = await connect(f"postgresql://limited@127.0.0.1:{server.port}/postgres", lock_timeout=0.5)
        await database.close()

        with pytest.raises(ConnectionError, match="too many connections"):
            await connect(f"postgresql://limited@127.0.0.1:{server.port}/notes")

        assert await notes.one(PROCESS) == process
        server.execute("ALTER DATABASE notes CONNECTION LIMIT -1")
        server.execute("REVOKE ALL ON notes FROM limited", "notes")
        server.execute("DROP ROLE limited")

    async def test_after_a_demotion_the_change_is_made_on_the_new_primary(self, notes: PostgresDatabase, server: Postgres):
        await warm(notes)
        server.execute("ALTER DATABASE notes SET default_transaction_read_only = on")
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'notes'")

        for number in range(2):
            with pytest.raises(ServiceUnavailable, match="not available"):
                await notes.one(INSERT, word=str(number))
            with pytest.raises(TransactionConflict, match="not available"):
                await add(notes, str(number))
        assert await notes.one(COUNT) == 0

        server.execute("ALTER DATABASE notes RESET default_transaction_read_only")
        assert await notes.one(INSERT, word="after") is not None


async def add(database: Database, word: str) -> None:
    async with database.transaction() as transaction:
        await transaction.one(INSERT, word=word)


class TestHosts:
    async def test_the_first_host_that_can_be_written_to_is_used(self, server: Postgres):
        await (await opened_on(server, "notes")).close()
        dead = free_port()

        database = await connect(f"postgresql://postgres@127.0.0.1:{dead},127.0.0.1:{server.port}/notes")

        assert await database.one(COUNT) == 0
        await database.close()

    async def test_a_silent_host_does_not_hide_the_next(self, server: Postgres):
        await (await opened_on(server, "notes")).close()
        async with Relay(server.port) as relay:
            relay.silent = True
            database = await connect(f"postgresql://postgres@127.0.0.1:{relay.port},127.0.0.1:{server.port}/notes")

            assert await database.one(COUNT) == 0
            await database.close()

    async def test_a_standby_is_found_by_its_role(self, server: Postgres):
        await (await opened_on(server, "notes")).close()
        with Postgres() as other:
            other.create("notes")
            other.execute("ALTER DATABASE notes SET default_transaction_read_only = on")
            hosts = f"127.0.0.1:{other.port},127.0.0.1:{server.port}"
            for target, port in {"read-write": server.port, "read-only": other.port}.items():
                database = await connect(f"postgresql://postgres@{hosts}/notes?target_session_attrs={target}")
                assert await database.one(PORT) == str(port)
                await database.close()


PORT = statement(select(func.current_setting("port")), str)
