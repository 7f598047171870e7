"""PostgreSQL through PgBouncer in transaction mode: each transaction may use another server connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import bindparam, func, literal_column, select

from app.core.clock import utc_now
from app.core.database import connect
from app.core.database.postgres import PostgresDatabase
from app.core.database.statements import statement
from app.core.errors import ConstraintViolation, ServiceUnavailable
from tests.app.core.database.notes import ALL, COUNT, ENDLESS, INSERT, OFFER, TABLE, count_up
from tests.support.servers.pgbouncer import PgBouncer
from tests.support.servers.postgres import Running

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SETTING = statement(select(func.current_setting(bindparam("name"))), str)
PROCESS = statement(select(func.pg_backend_pid()), int)
SLEEP = statement(select(literal_column("pg_backend_pid()")).select_from(func.pg_sleep(0.02)), int)


@pytest.fixture(scope="module")
def bouncer(postgres: Running) -> Iterator[PgBouncer]:
    with PgBouncer(postgres) as bouncer:
        yield bouncer


@pytest.fixture
async def bounced(bouncer: PgBouncer, name: str) -> AsyncIterator[PostgresDatabase]:
    database = await connect(bouncer.url(name), statement_timeout=0.5, lock_timeout=10, pgbouncer=True)
    assert isinstance(database, PostgresDatabase)
    yield database
    await database.close()


async def test_statements_run_on_several_connections_of_the_server(bounced: PostgresDatabase):
    processes = set(await asyncio.gather(*(bounced.one(SLEEP) for _ in range(120))))

    assert len(processes) == 3


async def test_120_reads_and_writes_at_once_all_succeed(bounced: PostgresDatabase):
    await asyncio.gather(
        *(bounced.one(INSERT, word=str(number)) for number in range(120)), *(bounced.all(ALL) for _ in range(120))
    )

    assert await bounced.one(COUNT) == 120
    assert await bounced.one(OFFER, word="1") is None
    with pytest.raises(ConstraintViolation) as refused:
        await bounced.one(INSERT, word="1")
    assert refused.value.constraint == "uq_notes_word"


async def test_transactions_lose_no_update(bounced: PostgresDatabase):
    await bounced.one(INSERT, word="counter")

    for _ in range(3):
        await asyncio.gather(*(count_up(bounced) for _ in range(10)))

    assert [note.number for note in await bounced.all(ALL)] == [30]


async def test_timeouts_apply_to_the_transaction_and_do_not_leak(bounced: PostgresDatabase):
    async with bounced.transaction() as transaction:
        assert await transaction.one(SETTING, name="statement_timeout") == "500ms"
        assert await transaction.one(SETTING, name="idle_in_transaction_session_timeout") == "11s"

    assert set(await asyncio.gather(*(bounced.one(SETTING, name="statement_timeout") for _ in range(30)))) == {"0"}


async def test_a_statement_that_takes_too_long_is_stopped(bounced: PostgresDatabase, postgres: Running, name: str):
    with pytest.raises(ServiceUnavailable, match="took too long"):
        await bounced.one(ENDLESS)
    async with asyncio.timeout(5):
        assert await bounced.one(COUNT) == 0

    running = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND state = 'active'"  # noqa: S608 - a test's name
    async with asyncio.timeout(5):  # PgBouncer passes the cancellation on by itself
        while postgres.execute(running) != [(0,)]:  # noqa: ASYNC110 - another server knows
            await asyncio.sleep(0.01)


async def test_a_cancelled_transaction_is_undone(bounced: PostgresDatabase):
    async def body() -> None:
        async with bounced.transaction() as transaction:
            await transaction.one(INSERT, word="a")
            await transaction.one(ENDLESS)

    task = asyncio.create_task(body())
    await asyncio.sleep(0.1)
    task.cancel()
    await asyncio.wait([task])

    await asyncio.gather(*(bounced.one(INSERT, word=str(number)) for number in range(20)))
    assert await bounced.one(COUNT) == 20


async def test_loading_works(bounced: PostgresDatabase):
    rows = ((str(number), 0, False, utc_now()) for number in range(5000))

    assert await bounced.load(TABLE, ["word", "number", "is_done", "written_at"], rows) == 5000
    assert await bounced.one(COUNT) == 5000
