"""Reads from a replica: a real PostgreSQL and a real standby that is made to lag."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from structlog.testing import capture_logs

from app.core.database import connect
from app.core.database.replica import Replicated, caller
from app.core.database.statements import insert, statement
from app.core.valkey import connect as meet
from tests.support.servers.network import Relay
from tests.support.servers.postgres import Postgres, Standby
from tests.support.servers.valkey import Valkey

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


TABLE = "CREATE TABLE words (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text text NOT NULL)"


class Base(DeclarativeBase):
    """A table for these tests."""


class Word(Base):
    """A row that tests write and read."""

    __tablename__ = "words"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


ADD = statement(insert(Word).values(text=bindparam("text")).returning(Word.id), int)
COUNT = statement(select(func.count()).select_from(Word).where(Word.text == bindparam("text")), int)
PORT = statement(select(func.current_setting("port")), str)


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Postgres, Standby]]:
    """A primary and its standby."""
    with Postgres() as primary, Standby(primary) as standby:
        primary.create("notes")
        primary.execute(TABLE, "notes")
        yield primary, standby


@pytest.fixture
def lagging(servers, pair) -> Iterator[None]:  # noqa: ARG001 - which first has to trust it
    """Pause replay on the standby."""
    servers[1].execute("SELECT pg_wal_replay_pause()")
    yield
    servers[1].execute("SELECT pg_wal_replay_resume()")


async def replicated(stack: AsyncExitStack, servers, valkey: str | None = None, primary: str | None = None) -> Replicated:
    """A worker with both that has seen the replica; `primary` is another URL of the primary."""
    shared = meet(valkey) if valkey is not None else None
    while not servers[1].execute("SELECT 1 FROM pg_database WHERE datname = 'notes'"):  # noqa: ASYNC110 - as below
        await asyncio.sleep(0.05)
    database = await connect(primary or servers[0].url("notes"))
    stack.push_async_callback(database.close)
    replicated = Replicated(database, await connect(servers[1].url("notes")), shared)
    if shared is not None:
        await stack.enter_async_context(shared)
    pair = await stack.enter_async_context(replicated)
    async with asyncio.timeout(10):
        while await pair.replica.one(PORT) != str(servers[1].port):  # noqa: ASYNC110 - another server knows
            await asyncio.sleep(0.01)
    return pair


@pytest.fixture
async def pair(servers) -> AsyncIterator[Replicated]:
    """One worker."""
    async with AsyncExitStack() as stack:
        yield await replicated(stack, servers)


async def count(pair: Replicated, who: str, text: str) -> int | None:
    caller.set((who,))
    return await pair.replica.one(COUNT, text=text)


class TestReads:
    async def test_go_to_the_replica_without_writes(self, pair, servers):
        caller.set(("reader",))

        assert await pair.replica.one(PORT) == str(servers[1].port)
        assert await pair.replica.all(PORT) == [str(servers[1].port)]

    @pytest.mark.usefixtures("lagging")
    async def test_go_to_the_primary_after_a_write(self, pair):
        caller.set(("writer",))
        await pair.database.one(ADD, text="mine")

        assert await count(pair, "writer", "mine") == 1
        assert await count(pair, "reader", "mine") == 0

    @pytest.mark.usefixtures("lagging")
    async def test_see_the_writes_of_a_transaction(self, pair):
        caller.set(("writer",))
        async with pair.replica.transaction() as transaction:
            await transaction.one(ADD, text="ours")

        assert await count(pair, "writer", "ours") == 1

    async def test_return_to_the_replica_when_it_has_everything(self, pair, servers):
        caller.set(("writer",))
        await pair.database.one(ADD, text="soon")

        async with asyncio.timeout(10):
            while await pair.replica.one(PORT) != str(servers[1].port):  # noqa: ASYNC110 - another server knows
                await asyncio.sleep(0.01)

        assert await count(pair, "writer", "soon") == 1

    async def test_of_the_database_itself_always_go_to_the_primary(self, pair, servers):
        caller.set(("reader",))

        assert await pair.database.one(PORT) == str(servers[0].port)

    async def test_go_to_the_primary_after_a_write_through_another_worker(self, servers):
        with Valkey() as valkey:
            async with AsyncExitStack() as stack:
                one, other = [await replicated(stack, servers, valkey.url) for _ in range(2)]
                servers[1].execute("SELECT pg_wal_replay_pause()")
                caller.set(("writer",))
                await one.database.one(ADD, text="elsewhere")

                try:
                    found = [await count(other, who, "elsewhere") for who in ("writer", "reader")]
                finally:
                    servers[1].execute("SELECT pg_wal_replay_resume()")

        assert found == [1, 0]


async def test_the_replica_is_used_again_after_an_outage_of_the_primary(servers):
    async with Relay(servers[0].port) as relay, AsyncExitStack() as stack:
        with capture_logs() as logs:
            await replicated(stack, servers, primary=f"postgresql://postgres@127.0.0.1:{relay.port}/notes")
            for port, event in (
                (servers[1].port, "replica unavailable; reading from the primary"),
                (servers[0].port, "replica available again"),
            ):
                relay.target = port
                relay.cut()
                async with asyncio.timeout(10):
                    while event not in [log["event"] for log in logs]:  # noqa: ASYNC110 - another server knows
                        await asyncio.sleep(0.05)


async def test_without_the_replica_reads_go_to_the_primary():
    with Postgres() as primary, Standby(primary) as standby:
        primary.create("notes")
        primary.execute(TABLE, "notes")
        async with AsyncExitStack() as stack:
            pair = await replicated(stack, (primary, standby))
            standby.kill()

            assert await pair.replica.one(PORT) == str(primary.port)
