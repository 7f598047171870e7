"""The worker as a process of its own sends what a server without a worker has written."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

import pytest

from app.call import Principal
from app.schemas.models import PostCreate
from app.services import posts
from tests.app.metrics.scraping import Scrape
from tests.support.paths import ROOT
from tests.support.servers.service import free_port

SENT = "accord_deliveries_total", {"kind": "webhook", "outcome": "succeeded"}

pytestmark = [pytest.mark.anyio, pytest.mark.slow]


async def test_a_worker_process_sends_webhooks(resources, settings, receiver, webhook, clock):
    port = free_port()
    clock.advance(days=-1)  # so that the delivery is due for the clock of the process
    await posts.create(resources, Principal(1, "admin"), PostCreate(title="t", content="c"))
    environment = {
        **os.environ,
        "ENV": "staging",
        "DATABASE_URL": settings.database_url,
        "WEBHOOK_ALLOW_PRIVATE": "true",
        "METRICS_BIND": f"127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "app", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as running:  # noqa: ASYNC220
        try:
            [request] = await receiver.wait_for(1)
            async with asyncio.timeout(20):
                while not (sent := (await asyncio.to_thread(Scrape, port))[SENT]):  # noqa: ASYNC110 - of another process
                    await asyncio.sleep(0.05)
        finally:
            running.kill()

    assert sent == 1
    assert request.headers["webhook-id"].startswith("msg_")
    assert webhook.secret not in str(request)
