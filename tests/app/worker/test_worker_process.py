"""The worker as a process of its own, and the outbox commands."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

from app.core.clock import utc_now
from app.services import outbox
from tests.app.worker.working import all_delivered, at_work, ids, outbox_is_taken, signed_up, until
from tests.support.clock import Clock
from tests.support.paths import ROOT
from tests.support.servers.service import Server

pytestmark = pytest.mark.anyio


def environment(settings, **changes: str):
    return {
        **os.environ,
        "ENV": "production",
        "PUBLIC_URL": "https://accord.example.com",
        "DATABASE_URL": settings.database_url,
        "SMTP_URL": settings.smtp_url or "",
        "MAIL_FROM": settings.mail_from,
        **changes,
    }


@contextmanager
def process(settings):
    """`python -m app worker`, ended by SIGKILL if the block has not ended it."""
    command = [sys.executable, "-m", "app", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=environment(settings), stderr=subprocess.PIPE, text=True) as running:
        try:
            yield running
        finally:
            running.kill()


@pytest.mark.slow
class TestProcess:
    async def test_items_of_a_killed_worker_are_delivered_by_another_with_the_same_message_id(
        self, resources, settings, server
    ):
        await signed_up(resources, 3)
        wanted = {json.loads(entry.payload)["message_id"] for entry in await outbox.list_items(resources.database, 10)}
        server.slow = 3600
        with process(settings) as running:
            await until(lambda: outbox_is_taken(resources), "the lease")
            running.send_signal(signal.SIGKILL)
            await asyncio.to_thread(running.wait)
        server.slow = 0
        held = [entry.claimed_by is not None for entry in await outbox.list_items(resources.database, 10)]

        clock = Clock()
        clock.time = utc_now() + outbox.LEASE
        resources.now = clock
        async with at_work(resources):
            await all_delivered(resources)

        assert held == [True] * 3
        assert sorted(ids(server.mails)) == sorted(wanted)

    async def test_a_stopped_worker_releases_undelivered_items(self, resources, settings, server):
        await signed_up(resources, 3)
        server.slow = 3600
        with process(settings) as running:
            await until(lambda: outbox_is_taken(resources), "the lease")

            running.send_signal(signal.SIGTERM)

            assert await asyncio.to_thread(running.wait) == 0
        entries = await outbox.list_items(resources.database, 10)
        assert [(entry.claimed_by, entry.attempts, entry.available_at <= utc_now()) for entry in entries] == [
            (None, 0, True)
        ] * 3

    async def test_it_delivers_existing_and_new_items(self, resources, settings, server):
        await signed_up(resources)
        with process(settings):
            await asyncio.to_thread(server.wait_for, 1)
            await signed_up(resources)
            await asyncio.to_thread(server.wait_for, 2)


@pytest.mark.slow
class TestCommands:
    def cli(self, settings, *arguments: str):
        command = [sys.executable, "-m", "app", "outbox", *arguments]
        return subprocess.run(command, cwd=ROOT, env=environment(settings), capture_output=True, text=True, check=False)

    async def test_an_operator_lists_and_retries_items(self, resources, settings):
        [_, bad] = await signed_up(resources, 2)
        [_, item] = sorted(await outbox.claim(resources.database, "a", utc_now(), 2))
        await outbox.dead_letter(resources.database, item, "a", "550 nobody\x1b[2J\u202e", utc_now())  # the server's own words
        await outbox.release(resources.database, "a", utc_now())

        everything = self.cli(settings, "list")
        as_json = self.cli(settings, "list", "--dead", "--json").stdout
        dead = [json.loads(line) for line in as_json.splitlines()]
        retried = self.cli(settings, "retry", str(item.id))
        unknown = self.cli(settings, "retry", "4711")

        assert everything.stdout.splitlines()[-1] == "1 waiting, 1 dead"
        assert r"550 nobody\x1b[2J\u202e" in everything.stdout
        assert all(line.isprintable() for line in everything.stdout.splitlines() + as_json.splitlines())
        age = dead[0].pop("age_seconds")
        assert dead == [
            {
                "id": item.id,
                "topic": "mail.welcome",
                "to": bad.email,
                "state": "dead",
                "attempts": 1,
                "next_attempt": None,
                "error": r"550 nobody\x1b[2J\u202e",
            }
        ]
        assert 0 <= age < 600
        assert retried.stdout == "due now: 1\n"
        assert (unknown.returncode, unknown.stderr) == (1, "error: item 4711 does not exist or is being delivered\n")


@pytest.mark.slow
class TestStart:
    def test_warnings_about_settings_of_mails_are_logged_once(self, settings, tmp_path):
        with Server(settings.database_url, workers=2, log=tmp_path / "log") as server:
            server.stop()

            log = server.log.read_text()
            assert log.count("mails stay in the outbox") == 1
            assert log.count("unsafe settings") == 1

    def test_invalid_settings_stop_it_with_one_line(self, settings):
        command = [sys.executable, "-m", "app", "worker"]
        wrong = environment(settings, SMTP_URL="http://user:secret@mail.example.com")

        ended = subprocess.run(command, cwd=ROOT, env=wrong, capture_output=True, text=True, check=False)

        expected = "error: SMTP_URL: must be smtp://, smtps:// or smtp+starttls://user:password@host:port\n"
        assert (ended.returncode, ended.stderr) == (2, expected)
