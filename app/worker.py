"""The worker: delivers mails and webhooks, and deletes expired rows, in the serving process or one of its own."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog

from app.core.errors import MailUnavailable, ServiceUnavailable, Undeliverable
from app.core.mail import MailTransport
from app.resources import Resources
from app.services import housekeeping, mails, outbox
from app.services.audit import chain
from app.services.outbox.queries import ClaimedItem
from app.services.webhooks.delivery import delete_old
from app.services.webhooks.dispatcher import Dispatcher

CONCURRENCY = 8  # deliveries at the same time
POLL_SECONDS = 1.0
EXTEND_SECONDS = outbox.LEASE.total_seconds() / 3
DELIVERY_SECONDS = 900.0  # more than every timeout of a mail server that is only slow
MAX_DATABASE_PAUSE, MAX_DELIVERY_PAUSE = 5.0, 30.0  # seconds between attempts during an outage
GRACE_SECONDS = 1.0  # for unfinished deliveries when the worker stops
CANCEL_AGAIN_SECONDS = 0.1
HOUSEKEEPING_SECONDS = 60.0
SEAL_SECONDS = 1.0  # between two looks for audit events that are not sealed

_log = structlog.get_logger()


class Outage:
    """Whether a dependency is unavailable. Logs the begin and end of an outage; `pause` doubles while it lasts."""

    def __init__(self, name: str, max_pause: float) -> None:
        self._name, self._max_pause = name, max_pause
        self._since = 0.0
        self.until = 0.0  # time of the event loop before which no attempt is made
        self.pause = 0.0  # seconds; 0 if there is no outage

    def failed(self, error: BaseException) -> None:
        """Record a failed attempt."""
        now = asyncio.get_running_loop().time()
        if not self.pause:
            self._since = now
            _log.warning(f"{self._name} is unavailable", error=str(error.__cause__ or error))
        elif now < self.until:  # one of several concurrent attempts
            return
        self.pause = min(self.pause * 2, self._max_pause) if self.pause else POLL_SECONDS
        self.until = now + self.pause

    def succeeded(self) -> None:
        """Record a successful attempt."""
        if self.pause:
            lasted = asyncio.get_running_loop().time() - self._since
            _log.info(f"{self._name} is available again", seconds=round(lasted, 1))
        self.pause = self.until = 0.0


class Worker:
    """Claims items and delivers several at a time. Without a transport, mails stay in the outbox."""

    def __init__(self, resources: Resources, transport: MailTransport | None) -> None:
        self._resources, self._database, self._transport = resources, resources.database, transport
        self._added, self._now = resources.outbox_added, resources.now
        self._id = str(uuid.uuid4())
        self._stopping = False
        self._deliveries: dict[int, asyncio.Task[None]] = {}
        self._database_outage = Outage("the outbox database", MAX_DATABASE_PAUSE)
        self._delivery_outage = Outage("mail delivery", MAX_DELIVERY_PAUSE)
        self._webhooks = Dispatcher(resources)

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._housekeep())
            tasks.create_task(self._webhooks.run())
            tasks.create_task(self._seal())
            if self._transport is not None:
                tasks.create_task(self._claim())

    async def stop(self, running: asyncio.Task[None]) -> None:
        """Cancel `run`, give unfinished deliveries a second, and release what is left."""
        self._stopping = True
        await _cancelled({running})
        await asyncio.gather(self._webhooks.stop(), self._stop_deliveries())

    async def _stop_deliveries(self) -> None:
        left = set(self._deliveries.values())
        if left:
            _, left = await asyncio.wait(left, timeout=GRACE_SECONDS)
            await _cancelled(left)
        if self._transport is not None:
            with suppress(ServiceUnavailable, TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    await outbox.release(self._database, self._id, self._now())

    async def _claim(self) -> None:
        """Claim items and start their delivery, as many as may run at the same time."""
        while not self._stopping:
            await self._capacity()
            free = CONCURRENCY - len(self._deliveries)
            if self._delivery_outage.pause:
                free = 1 - len(self._deliveries)  # one attempt is enough to find out
            self._added.clear()
            try:
                items = await outbox.claim(self._database, self._id, self._now(), free)
                self._database_outage.succeeded()
            except Exception as error:  # noqa: BLE001 - the worker survives any error
                self._database_outage.failed(error)
                continue
            for item in sorted(items):
                self._start(item)
            if len(items) < free:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._added.wait()

    async def _capacity(self) -> None:
        """Wait until another delivery may start."""
        loop = asyncio.get_running_loop()
        while True:
            limit = 1 if self._delivery_outage.pause else CONCURRENCY
            pause = max(self._database_outage.until, self._delivery_outage.until) - loop.time()
            if pause > 0:
                await asyncio.sleep(pause)
            elif len(self._deliveries) >= limit:
                await asyncio.wait(self._deliveries.values(), return_when=asyncio.FIRST_COMPLETED)
            else:
                return

    def _start(self, item: ClaimedItem) -> None:
        if item.id in self._deliveries:  # our claim had expired, and we have just claimed it again
            return
        task = asyncio.create_task(self._handle(item))
        self._deliveries[item.id] = task
        task.add_done_callback(lambda _: self._deliveries.pop(item.id))

    async def _handle(self, item: ClaimedItem) -> None:
        """Deliver an item, extending its claim meanwhile, and record the outcome."""
        sending = asyncio.create_task(self._attempt(item))
        try:
            while not (await asyncio.wait({sending}, timeout=EXTEND_SECONDS))[0]:
                if not await self._extended(item):
                    return  # another worker delivers it now
            await self._settle(item, sending.exception())
        finally:
            await _cancelled({sending})

    async def _attempt(self, item: ClaimedItem) -> None:
        if self._transport is not None:
            async with asyncio.timeout(DELIVERY_SECONDS):
                await mails.deliver(self._resources, self._transport, item.topic, item.payload)

    async def _extended(self, item: ClaimedItem) -> bool:
        try:
            return await outbox.extend(self._database, item.id, self._id, self._now())
        except ServiceUnavailable:
            return True  # no other worker can claim it either

    async def _settle(self, item: ClaimedItem, error: BaseException | None) -> None:
        """Record the outcome, repeatedly during a database outage, so that a delivered item is not delivered again."""
        if isinstance(error, MailUnavailable):
            self._delivery_outage.failed(error)
        elif error is None:
            self._delivery_outage.succeeded()
        while True:
            try:
                await self._record(item, error)
            except ServiceUnavailable as unavailable:
                self._database_outage.failed(unavailable)
                if self._stopping:
                    return
                await asyncio.sleep(self._database_outage.pause)
            else:
                return

    async def _record(self, item: ClaimedItem, error: BaseException | None) -> None:
        database, worker, now, outcome = self._database, self._id, self._now(), "retried"
        if error is None:
            await outbox.delete(database, item.id, worker)
            outcome = "succeeded"
        elif isinstance(error, MailUnavailable):
            later = now + timedelta(seconds=self._delivery_outage.pause)
            await outbox.postpone(database, item, worker, str(error), later)
        elif isinstance(error, Undeliverable):
            await outbox.dead_letter(database, item, worker, str(error), now)
            outcome = "failed"
        elif not await outbox.fail(database, item, worker, f"{type(error).__name__}: {error}", now):
            outcome = "failed"
        if outcome == "failed":
            _log_dead_letter(item)
        self._resources.deliveries["mail", outcome] += 1

    async def _housekeep(self) -> None:
        """Delete expired rows once a minute, at a random offset, so that workers do not do it at the same time."""
        await asyncio.sleep(random.uniform(0, HOUSEKEEPING_SECONDS))  # noqa: S311 - not a secret
        while not self._stopping:
            try:
                await outbox.reschedule_far_future(self._database, self._now())
                await housekeeping.delete_expired(self._database, self._now())
                await delete_old(self._database, self._now())
                await housekeeping.erase_and_delete_audit_events(
                    self._database, self._resources.settings.audit_days, self._now()
                )
            except ServiceUnavailable as error:
                _log.info("expired rows will be deleted later", error=str(error.__cause__ or error))
            except Exception as error:  # noqa: BLE001 - a bug, which must not stop deliveries
                _log.error("housekeeping failed", exc_info=error)
            await asyncio.sleep(HOUSEKEEPING_SECONDS)

    async def _seal(self) -> None:
        """Seal new audit events."""
        while not self._stopping:
            try:
                pause = housekeeping.PAUSE if await chain.seal(self._database) else SEAL_SECONDS
            except ServiceUnavailable as error:
                _log.info("audit events will be sealed later", error=str(error.__cause__ or error))
                pause = MAX_DATABASE_PAUSE
            except Exception as error:  # noqa: BLE001 - a bug, or a chain that someone has changed
                _log.error("audit events cannot be sealed", exc_info=error)
                pause = HOUSEKEEPING_SECONDS
            await asyncio.sleep(pause)


async def _cancelled(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel tasks until they end, repeatedly: `wait_for` in libraries may swallow a cancellation (Python < 3.12)."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=CANCEL_AGAIN_SECONDS)


def _log_dead_letter(item: ClaimedItem) -> None:
    # Without the address, and without the server's message, which may repeat it: both are in the outbox.
    _log.error("outbox item moved to the dead-letter state", item=item.id, topic=item.topic, attempts=item.attempts + 1)


@asynccontextmanager
async def working(resources: Resources, transport: MailTransport | None) -> AsyncIterator[asyncio.Task[None]]:
    """Run a worker for the duration of the context; yields its task."""
    if transport is not None and resources.tracing is not None:
        transport = resources.tracing.transport(transport)
    worker = Worker(resources, transport)
    task = asyncio.create_task(worker.run())
    try:
        yield task
    finally:
        await worker.stop(task)
        if transport is not None:
            await transport.close()
