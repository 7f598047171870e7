"""The part of a worker that sends webhooks: beside the outbox, so that neither waits for the other."""

from __future__ import annotations

import asyncio
import functools
import uuid
from contextlib import suppress

import structlog

from app.core.errors import ServiceUnavailable
from app.core.http import Client
from app.resources import Resources
from app.services.webhooks import delivery
from app.services.webhooks.delivery_queries import ClaimedWebhook

CONCURRENT_WEBHOOKS = 16  # receivers that are sent to at the same time
POLL_SECONDS = 1.0
COMMIT_SECONDS = 0.02  # after a hint that something was written, until it is likely to be committed
MAX_PAUSE = 5.0  # seconds between attempts during an outage of the database
GRACE_SECONDS = 1.0  # for unfinished requests when the worker stops

_log = structlog.get_logger()


class Dispatcher:
    """Claims webhooks with due deliveries and sends them, for several receivers at a time."""

    def __init__(self, resources: Resources) -> None:
        self._resources, self._added = resources, resources.deliveries_added
        self._id = str(uuid.uuid4())
        self._running: dict[int, asyncio.Task[None]] = {}
        self._pause = 0.0  # seconds; 0 if the database is available

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            if len(self._running) >= CONCURRENT_WEBHOOKS:
                await asyncio.wait(self._running.values(), return_when=asyncio.FIRST_COMPLETED)
                continue
            free = CONCURRENT_WEBHOOKS - len(self._running)
            self._added.clear()
            try:
                claimed = await delivery.claim(self._resources.database, self._id, self._resources.now(), free)
            except Exception as error:  # noqa: BLE001 - the worker survives any error
                await self._wait_for_database(error)
                continue
            self._pause = 0.0
            for webhook in claimed:
                self._start(webhook)
            if len(claimed) < free:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._added.wait()
                        await asyncio.sleep(COMMIT_SECONDS)

    async def stop(self) -> None:
        """Give unfinished requests a second, and release what is left. `run` has been cancelled."""
        if self._running:
            _, left = await asyncio.wait(self._running.values(), timeout=GRACE_SECONDS)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
        with suppress(ServiceUnavailable, TimeoutError):
            async with asyncio.timeout(GRACE_SECONDS):
                await delivery.release(self._resources.database, self._id, self._resources.now())

    def _start(self, webhook: ClaimedWebhook) -> None:
        if webhook.id in self._running:  # its claim was ended by a change, and we have just claimed it again
            return
        task = asyncio.create_task(self._send(webhook))
        self._running[webhook.id] = task
        task.add_done_callback(functools.partial(self._finish, webhook.id))

    def _finish(self, webhook_id: int, _: asyncio.Task[None]) -> None:
        del self._running[webhook_id]
        self._added.set()  # there may be more

    async def _send(self, webhook: ClaimedWebhook) -> None:
        try:
            await delivery.send_due(self._resources, self._client, self._id, webhook)
        except Exception as error:  # noqa: BLE001 - what was not recorded is sent again when the claim expires
            _log.warning("a batch of a webhook was interrupted", webhook=webhook.id, error=str(error))

    @functools.cached_property
    def _client(self) -> Client:
        from app.core.http.client import GuardedClient  # noqa: PLC0415 - imports h11 when the first webhook is sent

        client, tracing = GuardedClient(allow_private=self._resources.settings.webhook_allow_private), self._resources.tracing
        return client if tracing is None else tracing.client(client)

    async def _wait_for_database(self, error: Exception) -> None:
        if not self._pause:
            _log.warning("webhooks wait for the database", error=str(error.__cause__ or error))
        self._pause = min(self._pause * 2 or POLL_SECONDS, MAX_PAUSE)
        await asyncio.sleep(self._pause)
