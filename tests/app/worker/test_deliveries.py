"""The worker, with a real SMTP server: every mail arrives, whatever fails meanwhile. On both databases."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from app import worker
from app.core.clock import utc_now
from app.core.config import Settings
from app.main import create_app
from app.migrations import run
from app.resources import connected, make_resources
from app.schemas.models import UserCreate
from app.services import outbox
from app.services.users.creation import create_user
from app.worker import CONCURRENCY
from tests.app.worker.working import all_delivered, at_work, ids, outbox_is_taken, signed_up, until
from tests.support.builders import new_user, stored_user
from tests.support.clock import Clock
from tests.support.databases import CHEAP_HASHES, query
from tests.support.servers.postgres import Postgres

pytestmark = pytest.mark.anyio


async def has_token(url):
    return await asyncio.to_thread(query, url, "SELECT 1 FROM mail_tokens")


class TestWelcome:
    def test_a_sign_up_sends_a_mail_as_text_and_html(self, client, server):
        user = stored_user(client, full_name="Grace Hopper")

        [mail] = server.wait_for(1)
        assert mail.recipients == [user["email"]]
        assert mail.message["Subject"] == "Welcome to Accord"
        assert mail.id.endswith("@example.com>")
        for part in ("plain", "html"):
            assert "Hello Grace Hopper," in mail.part(part)
            assert user["username"] in mail.part(part)
            assert "https://accord.example" in mail.part(part)

    @pytest.mark.parametrize("name", ["win at evil.example", "https://evil", "me@evil", "\u202e", " \n "])
    def test_a_name_that_looks_like_a_link_or_is_blank_is_not_used(self, client, server, name):
        user = stored_user(client, full_name=name)

        [mail] = server.wait_for(1)
        assert f"Hello {user['username']}," in mail.part("plain")
        assert b"evil" not in mail.data

    def test_a_rejected_sign_up_sends_nothing(self, client, server):
        user = stored_user(client)
        client.post("/api/v1/users", json=new_user(email=user["email"]))

        stored_user(client)

        assert [mail.recipients[0] for mail in server.wait_for(2)].count(user["email"]) == 1


class TestDelivery:
    async def test_several_workers_deliver_each_mail_once(self, settings, server):
        async with AsyncExitStack() as stack:
            processes = [await stack.enter_async_context(connected(make_resources(settings))) for _ in range(3)]
            await signed_up(processes[0], 60)
            for process in processes:
                await stack.enter_async_context(at_work(process))

            await all_delivered(processes[0])

        assert len(server.mails) == len(set(ids(server.mails))) == 60

    @pytest.mark.slow
    async def test_a_temporary_rejection_is_retried_with_the_same_message_id(self, resources, server, monkeypatch):
        monkeypatch.setattr(outbox, "FIRST_DELAY", timedelta(milliseconds=1))
        body = new_user()
        server.refuse(body["email"], "450 greylisted", "451 still")
        await create_user(resources, UserCreate(**body))
        [entry] = await outbox.list_items(resources.database, 10)

        async with at_work(resources):
            await all_delivered(resources)

        assert ids(server.mails) == [json.loads(entry.payload)["message_id"]]

    async def test_a_permanent_rejection_is_a_dead_letter_and_logged_without_the_address(self, resources, server):
        body = new_user()
        server.refuse(body["email"], f"550 5.1.1 <{body['email']}> nobody here")
        await create_user(resources, UserCreate(**body))

        with capture_logs() as logs:
            async with at_work(resources):
                await until(lambda: self.died(resources), "death")

        [entry] = await outbox.list_items(resources.database, 10, dead=True)
        assert (entry.attempts, entry.error) == (1, f"550 5.1.1 <{body['email']}> nobody here")
        assert logs == [
            {
                "event": "outbox item moved to the dead-letter state",
                "item": entry.id,
                "topic": "mail.welcome",
                "attempts": 1,
                "log_level": "error",
            }
        ]

    @staticmethod
    async def died(resources):
        return (await outbox.count(resources.database)).dead

    @pytest.mark.slow
    async def test_a_retried_dead_letter_is_delivered(self, resources, server):
        body = new_user()
        server.refuse(body["email"], "550 no")
        await create_user(resources, UserCreate(**body))
        async with at_work(resources):
            await until(lambda: self.died(resources), "death")

            await outbox.retry_dead_letters(resources.database, utc_now())
            await all_delivered(resources)

        assert len(server.mails) == 1

    async def test_invalid_items_do_not_block_others(self, resources, server):
        async with resources.database.transaction() as transaction:
            for _ in range(CONCURRENCY * 2):
                await outbox.add(transaction, "unknown", {}, utc_now())
                await outbox.add(transaction, "mail.welcome", {"no": "letter"}, utc_now())
        await signed_up(resources)

        async with at_work(resources):
            await asyncio.to_thread(server.wait_for, 1)

            async def all_tried():
                return all(entry.error for entry in await outbox.list_items(resources.database, 100))

            await until(all_tried, "an attempt at each")

        entries = await outbox.list_items(resources.database, 100)
        assert {(entry.topic, entry.failed_at is None) for entry in entries} == {("unknown", True), ("mail.welcome", False)}

    @pytest.mark.slow
    async def test_a_slow_mail_server_does_not_delay_requests(self, resources, server):
        server.slow = 3600
        async with at_work(resources):
            await signed_up(resources, CONCURRENCY * 3)

            assert server.mails == []
            assert (await outbox.count(resources.database)).items == CONCURRENCY * 3

    @pytest.mark.slow
    async def test_a_long_delivery_keeps_its_lease(self, resources, server, monkeypatch):
        monkeypatch.setattr(worker, "EXTEND_SECONDS", 0.02)
        clock = Clock()
        resources.now = clock
        await signed_up(resources)
        server.slow = 3
        async with at_work(resources):

            async def taken():
                return [entry.available_at for entry in await outbox.list_items(resources.database, 1) if entry.claimed_by]

            [first] = await until(taken, "the lease")
            clock.advance(seconds=30)

            async def renewed():
                return [found for found in await taken() if found > first]

            await until(renewed, "the renewal")
            await all_delivered(resources)

        assert len(server.mails) == 1

    async def test_a_delivery_with_a_lost_lease_is_cancelled(self, resources, server, monkeypatch):
        monkeypatch.setattr(worker, "EXTEND_SECONDS", 0.02)
        await signed_up(resources)
        server.slow = 3600
        async with at_work(resources):
            await until(lambda: outbox_is_taken(resources), "the lease")

            query(resources.settings.database_url, "UPDATE outbox SET claimed_by = 'another'")

            async def dropped():
                return not server.connected

            await until(dropped, "the end of the connection")

        [entry] = await outbox.list_items(resources.database, 1)
        assert (entry.claimed_by, entry.attempts, entry.error) == ("another", 0, None)


@pytest.mark.slow
class TestOutages:
    async def test_an_outage_of_the_mail_server_costs_no_attempts_and_logs_two_lines(self, resources, server):
        server.stop()
        with capture_logs() as logs:
            async with at_work(resources):
                await signed_up(resources, 20)

                async def refused():
                    return any(entry.error for entry in await outbox.list_items(resources.database, 100))

                await until(refused, "a refusal")
                entries = await outbox.list_items(resources.database, 100)
                server.start()
                await all_delivered(resources)

        assert {entry.attempts for entry in entries} == {0}
        assert len(server.mails) == len(set(ids(server.mails))) == 20
        assert [line["event"] for line in logs] == ["mail delivery is unavailable", "mail delivery is available again"]

    @pytest.mark.slow
    async def test_an_outage_of_the_database_is_waited_for(self, server):
        with Postgres(durable=True) as postgres:
            url = postgres.create("accord")
            await asyncio.to_thread(run.upgrade, url)
            settings = Settings(database_url=url, smtp_url=server.url, **CHEAP_HASHES)
            async with connected(make_resources(settings)) as resources:
                await signed_up(resources)
                server.slow = 0.5
                with capture_logs() as logs:
                    async with at_work(resources):
                        await until(lambda: has_token(url), "the token of the mail")
                        await asyncio.to_thread(postgres.kill)
                        await asyncio.to_thread(server.wait_for, 1)

                        async def noticed():
                            return logs

                        await until(noticed, "a line about it")
                        await asyncio.to_thread(postgres.start)
                        await all_delivered(resources)
                        await signed_up(resources)
                        await all_delivered(resources)

        events = [line["event"] for line in logs if "outbox" in line["event"]]  # the removal of expired rows may be due as well
        assert events == ["the outbox database is unavailable", "the outbox database is available again"]
        assert len(server.mails) == len(set(ids(server.mails))) == 2

    async def test_without_a_transport_mails_wait(self, settings, server):
        nowhere = settings.model_copy(update={"env": "production", "smtp_url": None})
        with TestClient(create_app(nowhere)) as client:
            stored_user(client)
        assert [tuple(row) for row in query(settings.database_url, "SELECT attempts, claimed_by FROM outbox")] == [(0, None)]

        with TestClient(create_app(settings)):
            server.wait_for(1)
