"""The hash chain: sealing by one process at a time, finding whatever was changed, erasure and retention."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from app.call import Source
from app.resources import connected, make_resources
from app.services import audit, housekeeping
from app.services.audit import chain
from app.services.audit.verification import Anchor, verify
from tests.app.worker.working import at_work, until
from tests.support.clock import Clock
from tests.support.databases import Connection, query

pytestmark = pytest.mark.anyio

EVENTS = 6
PERSONAL = "address, user_agent, salt, personal_digest"
COLUMNS = f"id, type, actor_id, subject_id, details, created_at, request_id, {PERSONAL}, sequence, hash"


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def services(settings, clock):
    """Two processes with one database, with six events and nothing else in the log."""
    query(settings.database_url, "DELETE FROM audit_events")
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(connected(make_resources(settings, clock))) for _ in range(2)]
        for _ in range(EVENTS):
            await record(found[0])
        yield found


async def record(service, actor=7, subject=8):
    def origin():
        return Source("192.0.2.7", "curl", "id")

    await audit.record(service.database, audit.event("user.updated", service.now(), origin, actor=actor, subject=subject))


async def seal(service):
    while await chain.seal(service.database):
        pass


@pytest.fixture
async def database(services):
    """The database of a sealed chain."""
    await seal(services[0])
    return services[0].database


async def fault(database, expected=None):
    return (await verify(database, expected)).fault or ""


class TestSealing:
    async def test_a_sealed_chain_is_verified_to_its_end(self, services):
        await seal(services[0])
        await record(services[0])

        found = await verify(services[0].database)

        assert (found.fault, found.last.sequence, found.deleted, found.unsealed) == (None, EVENTS, 0, 1)

    async def test_processes_that_seal_together_make_one_chain(self, services, monkeypatch):
        monkeypatch.setattr(chain, "SEAL_BATCH", 2)

        async def work(service):
            for _ in range(10):
                await record(service)
                await chain.seal(service.database)

        await asyncio.gather(*map(work, services))
        await seal(services[0])

        found = await verify(services[0].database)
        assert (found.fault, found.last.sequence, found.unsealed) == (None, EVENTS + 20, 0)

    @pytest.mark.slow
    @pytest.mark.parametrize("template", ["postgresql"], indirect=True)
    async def test_an_event_that_commits_late_is_sealed_late(self, services):
        """On PostgreSQL ids are not committed in order; on SQLite there is one writer."""
        first, second = services
        async with first.database.transaction() as transaction:
            await audit.record(transaction, audit.event("user.updated", first.now(), None, actor=1, subject=1))
            await record(second)
            await seal(second)
        await seal(second)

        rows = query(first.settings.database_url, "SELECT id FROM audit_events ORDER BY sequence")
        assert [row[0] for row in rows][-2:] == [EVENTS + 2 + rows[0][0] - 1, EVENTS + 1 + rows[0][0] - 1]
        assert (await verify(first.database)).fault is None

    async def test_a_worker_seals_new_events(self, services):
        async def sealed():
            return (await verify(services[0].database)).last.sequence == EVENTS

        async with at_work(services[1]):
            await until(sealed, "sealing")

    async def test_without_new_events_it_costs_one_statement_and_no_write(self, services, database):
        [[before]] = query(services[0].settings.database_url, "SELECT hash FROM audit_chain")

        assert not await chain.seal(database)
        assert query(services[0].settings.database_url, "SELECT hash FROM audit_chain") == [(before,)]


SWAP = (
    "UPDATE audit_events SET sequence = 99 WHERE sequence = 3",
    "UPDATE audit_events SET sequence = 3 WHERE sequence = 4",
    "UPDATE audit_events SET sequence = 4 WHERE sequence = 99",
)
INSERTED = f"INSERT INTO audit_events ({COLUMNS}) SELECT 1000, {COLUMNS.partition(', ')[2]} FROM audit_events"  # noqa: S608 - our names
# What somebody does to the tables, and the event that is found.
TAMPERING = {
    **{
        f"changed {column}": ([f"UPDATE audit_events SET {column} = {value} WHERE sequence = 3"], 3)  # noqa: S608 - our names
        for column, value in {
            "type": "'user.deleted'",
            "actor_id": "9",
            "subject_id": "NULL",
            "details": '\'{"role":"admin"}\'',
            "created_at": "'2026-01-01T00:00:00.000000+00:00'",
            "request_id": "'x'",
            "address": "'192.0.2.8'",
            "user_agent": "NULL",
            "salt": "'x'",
            "personal_digest": "'x'",
            "hash": "'x'",
            "id": "1000",
        }.items()
    },
    "erased though the user exists": (
        ["UPDATE audit_events SET address = NULL, user_agent = NULL, salt = NULL, actor_id = NULL WHERE sequence = 3"],
        3,
    ),
    "removed": (["DELETE FROM audit_events WHERE sequence = 3"], 3),
    "removed the first": (["DELETE FROM audit_events WHERE sequence = 1"], 1),
    "removed and closed the gap": (
        [
            "DELETE FROM audit_events WHERE sequence = 5",
            "UPDATE audit_events SET sequence = 5 WHERE sequence = 6",
            "UPDATE audit_chain SET sequence = 5",
        ],
        5,
    ),
    "truncated": (["DELETE FROM audit_events WHERE sequence > 4"], 5),
    "removed all": (["DELETE FROM audit_events"], 1),
    "another end": (["UPDATE audit_chain SET hash = 'x'"], 6),
    "reordered": ([*SWAP], 3),
    "inserted twice": ([f"{INSERTED} WHERE sequence = 3"], 4),
    "inserted at the end": ([f"{INSERTED} WHERE sequence = 3".replace("sequence, hash FROM", "7, hash FROM")], 7),
    "inserted in between": (
        [
            "UPDATE audit_events SET sequence = sequence + 100 WHERE sequence > 3",
            f"{INSERTED} WHERE sequence = 3".replace("sequence, hash FROM", "4, hash FROM"),
            "UPDATE audit_events SET sequence = sequence - 99 WHERE sequence > 100",
            "UPDATE audit_chain SET sequence = 7",
        ],
        4,
    ),
}


class TestVerification:
    async def test_whatever_is_changed_is_found_at_its_place(self, services, database, subtests):
        marks = ", ".join("?" * len(COLUMNS.split(", ")))
        last = (await verify(database)).last
        with Connection(services[0].settings.database_url) as other:
            saved = other.execute(f"SELECT {COLUMNS} FROM audit_events")  # noqa: S608 - our names
            for what, (statements, sequence) in TAMPERING.items():
                with subtests.test(what=what):
                    for sql in statements:
                        other.execute(sql)

                    assert f"event {sequence} " in await fault(database)
                other.execute("DELETE FROM audit_events")
                other.execute("UPDATE audit_chain SET sequence = ?, hash = ?", last)
                for row in saved:
                    other.execute(f"INSERT INTO audit_events ({COLUMNS}) VALUES ({marks})", row)  # noqa: S608 - our names
        assert not await fault(database)

    async def test_erased_data_of_a_user_who_exists_is_found(self, services):
        await record(services[0], actor=1)
        await seal(services[0])
        await audit.pseudonymise(services[0].database, 1)

        assert f"event {EVENTS + 1} " in await fault(services[0].database)

    async def test_erased_data_of_an_event_about_nobody_is_found(self, services):
        await record(services[0], actor=None, subject=None)  # a refused sign-in with an unknown identifier, say
        await seal(services[0])
        assert not await fault(services[0].database)
        query(
            services[0].settings.database_url,
            "UPDATE audit_events SET address = NULL, user_agent = NULL, salt = NULL WHERE actor_id IS NULL",
        )

        assert f"event {EVENTS + 1} " in await fault(services[0].database)

    async def test_an_anchor_finds_a_chain_that_was_written_anew(self, services, database):
        url, anchor = services[0].settings.database_url, (await verify(database)).last
        assert not await fault(database, anchor)
        query(url, "UPDATE audit_events SET type = 'user.deleted' WHERE sequence = 2")
        query(url, "UPDATE audit_events SET sequence = NULL, hash = NULL")
        query(url, "DELETE FROM audit_chain")
        await seal(services[0])

        assert not await fault(database)
        assert f"event {EVENTS} " in await fault(database, anchor)

    async def test_an_anchor_finds_a_cut_chain(self, services, database):
        url, anchor = services[0].settings.database_url, (await verify(database)).last
        query(url, "DELETE FROM audit_events WHERE sequence > 4")
        query(url, "UPDATE audit_chain SET sequence = 4, hash = (SELECT hash FROM audit_events WHERE sequence = 4)")

        assert not await fault(database)
        assert "event 5 " in await fault(database, anchor)
        assert "event 3 " in await fault(database, Anchor(3, "0" * 64))

    async def test_it_goes_on_with_what_is_sealed_meanwhile(self, services, monkeypatch):
        monkeypatch.setattr("app.services.audit.verification.BATCH", 1)
        await seal(services[0])

        async def work():
            for _ in range(20):
                await record(services[1])
                await seal(services[1])

        found, _ = await asyncio.gather(verify(services[0].database), work())

        assert found.fault is None


class TestErasure:
    async def test_an_erased_chain_is_verified_and_holds_nothing_personal(self, services):
        url = services[0].settings.database_url
        await record(services[0], actor=None, subject=7)  # a refused sign-in, say
        await record(services[0], actor=1, subject=7)  # the address of an administrator
        await seal(services[0])
        await audit.pseudonymise(services[0].database, 7)

        assert not await fault(services[0].database)
        rows = query(url, "SELECT actor_id FROM audit_events WHERE address IS NOT NULL OR user_agent IS NOT NULL")
        assert rows == [(1,)]

    async def test_of_many_events_housekeeping_erases_the_rest(self, services, clock):
        url = services[0].settings.database_url
        [[first]] = query(url, "SELECT min(id) FROM audit_events")
        query(
            url,
            f"INSERT INTO audit_events ({COLUMNS})"  # noqa: S608 - our names
            " WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2100)"
            f" SELECT n + 1000, {COLUMNS.partition(', ')[2]} FROM audit_events, numbers WHERE id = ?",
            first,
        )
        left = "SELECT count(*) FROM audit_events WHERE address IS NOT NULL"
        async with services[0].database.transaction() as transaction:
            await audit.pseudonymise(transaction, 7)
        assert query(url, left) == [(1100 + EVENTS,)]

        await housekeeping.erase_and_delete_audit_events(services[0].database, 0, clock())

        assert query(url, left) == [(0,)]
        assert query(url, "SELECT * FROM audit_erasures") == []


class TestRetention:
    async def test_the_rest_of_the_chain_is_verified(self, services, database, clock, monkeypatch):
        monkeypatch.setattr(chain, "DELETE_BATCH", 2)
        anchor = (await verify(database)).last
        clock.advance(days=300)
        await record(services[0])
        await seal(services[0])
        clock.advance(days=66)

        await housekeeping.erase_and_delete_audit_events(database, 365, clock())

        found = await verify(database, anchor)
        assert (found.fault, found.deleted, found.last.sequence) == (None, EVENTS, EVENTS + 1)
        assert "event 3 " in await fault(database, Anchor(3, anchor.hash))
        assert query(services[0].settings.database_url, "SELECT count(*) FROM audit_events") == [(1,)]

    async def test_nothing_is_deleted_that_is_not_sealed_or_not_old(self, services, clock):
        url = services[0].settings.database_url
        clock.advance(days=400)

        await housekeeping.erase_and_delete_audit_events(services[0].database, 365, clock())
        await seal(services[0])
        await housekeeping.erase_and_delete_audit_events(services[0].database, 0, clock())
        await housekeeping.erase_and_delete_audit_events(services[0].database, 401, clock())

        assert query(url, "SELECT count(*) FROM audit_events") == [(EVENTS,)]
