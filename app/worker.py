"""The worker: delivers the outbox and tidies up, beside the server or in a process of its own. Any number may run."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta

import structlog

from app.core.clock import utc_now
from app.core.database import Database
from app.core.errors import MailUnavailable, ServiceUnavailable, Undeliverable
from app.core.mail import MailTransport
from app.resources import Resources
from app.services import housekeeping, mails, outbox
from app.services.outbox_queries import Item

PARALLEL = 8  # deliveries at once
POLL_SECONDS = 1.0
RENEW_SECONDS = outbox.LEASE.total_seconds() / 3
DELIVERY_SECONDS = 900.0  # beyond every limit of a way out that is only slow
DATABASE_PAUSE, DELIVERY_PAUSE = 5.0, 30.0  # the longest, in seconds, between two looks whether what is out is back
GRACE_SECONDS = 1.0  # for deliveries under way when the worker ends
INSIST_SECONDS = 0.1
TIDY_SECONDS = 60.0

Deliver = Callable[[Item], Awaitable[None]]

_log = structlog.get_logger()


class Outage:
    """Something that is out: said when it begins and when it ends, not at every attempt. `pause` grows while it lasts."""

    def __init__(self, what: str, longest: float) -> None:
        self._what, self._longest = what, longest
        self._since = 0.0
        self.until = 0.0  # of the loop's clock: no attempt before
        self.pause = 0.0  # seconds; 0 while all is well

    def goes_on(self, error: BaseException) -> None:
        """An attempt has failed."""
        now = asyncio.get_running_loop().time()
        if not self.pause:
            self._since = now
            _log.warning(f"{self._what} is unavailable", error=str(error.__cause__ or error))
        elif now < self.until:  # one of several attempts that were under way together
            return
        self.pause = min(self.pause * 2, self._longest) if self.pause else POLL_SECONDS
        self.until = now + self.pause

    def is_over(self) -> None:
        """An attempt has succeeded."""
        if self.pause:
            lasted = asyncio.get_running_loop().time() - self._since
            _log.info(f"{self._what} is available again", seconds=round(lasted, 1))
        self.pause = self.until = 0.0


class Worker:
    """Takes items and delivers them, several at a time. Without `deliver` they wait, and only the tidying is done."""

    def __init__(
        self, database: Database, deliver: Deliver | None, added: asyncio.Event, now: Callable[[], datetime] = utc_now
    ) -> None:
        """Begin with `run`; `added` wakes it, `now` is the clock of leases and delays."""
        self._database, self._deliver, self._added, self._now = database, deliver, added, now
        self._holder = str(uuid.uuid4())
        self._ending = False
        self._under_way: dict[int, asyncio.Task[None]] = {}
        self._database_out = Outage("the outbox database", DATABASE_PAUSE)
        self._delivery_out = Outage("mail delivery", DELIVERY_PAUSE)

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._tidy())
            if self._deliver is not None:
                tasks.create_task(self._take())

    async def end(self, running: asyncio.Task[None]) -> None:
        """End what runs; deliveries under way have a second, what is not done is given back."""
        self._ending = True
        await _cancelled({running})
        left = set(self._under_way.values())
        if left:
            _, left = await asyncio.wait(left, timeout=GRACE_SECONDS)
            await _cancelled(left)
        if self._deliver is not None:
            with suppress(ServiceUnavailable, TimeoutError):
                async with asyncio.timeout(GRACE_SECONDS):
                    await outbox.release(self._database, self._holder, self._now())

    async def _take(self) -> None:
        """Keep as many deliveries under way as may be."""
        while not self._ending:
            await self._has_room()
            free = PARALLEL - len(self._under_way)
            if self._delivery_out.pause:
                free = 1 - len(self._under_way)  # one attempt tells
            self._added.clear()
            try:
                items = await outbox.claim(self._database, self._holder, self._now(), free)
                self._database_out.is_over()
            except Exception as error:  # noqa: BLE001 - whatever it is, the worker goes on
                self._database_out.goes_on(error)
                continue
            for item in sorted(items):
                self._begin(item)
            if len(items) < free:
                with suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await self._added.wait()

    async def _has_room(self) -> None:
        """Wait until another item may be taken."""
        loop = asyncio.get_running_loop()
        while True:
            most = 1 if self._delivery_out.pause else PARALLEL
            rest = max(self._database_out.until, self._delivery_out.until) - loop.time()
            if rest > 0:
                await asyncio.sleep(rest)
            elif len(self._under_way) >= most:
                await asyncio.wait(self._under_way.values(), return_when=asyncio.FIRST_COMPLETED)
            else:
                return

    def _begin(self, item: Item) -> None:
        if item.id in self._under_way:  # our own lease was over, and we have renewed it by taking it again
            return
        task = asyncio.create_task(self._handle(item))
        self._under_way[item.id] = task
        task.add_done_callback(lambda _: self._under_way.pop(item.id))

    async def _handle(self, item: Item) -> None:
        """Deliver one item under its lease, and write down what came of it."""
        sending = asyncio.create_task(self._attempt(item))
        try:
            while not (await asyncio.wait({sending}, timeout=RENEW_SECONDS))[0]:
                if not await self._renewed(item):
                    return  # somebody else delivers it now
            await self._settle(item, sending.exception())
        finally:
            await _cancelled({sending})

    async def _attempt(self, item: Item) -> None:
        if self._deliver is not None:
            async with asyncio.timeout(DELIVERY_SECONDS):
                await self._deliver(item)

    async def _renewed(self, item: Item) -> bool:
        try:
            return await outbox.renew(self._database, item.id, self._holder, self._now())
        except ServiceUnavailable:
            return True  # nobody else can take it either

    async def _settle(self, item: Item, error: BaseException | None) -> None:
        """Repeated while the database is out: what was delivered shall not be delivered again."""
        if isinstance(error, MailUnavailable):
            self._delivery_out.goes_on(error)
        elif error is None:
            self._delivery_out.is_over()
        while True:
            try:
                await self._write_down(item, error)
            except ServiceUnavailable as out:
                self._database_out.goes_on(out)
                if self._ending:
                    return
                await asyncio.sleep(self._database_out.pause)
            else:
                return

    async def _write_down(self, item: Item, error: BaseException | None) -> None:
        database, holder, now = self._database, self._holder, self._now()
        if error is None:
            await outbox.remove(database, item.id, holder)
        elif isinstance(error, MailUnavailable):
            later = now + timedelta(seconds=self._delivery_out.pause)
            await outbox.postpone(database, item, holder, str(error), later)
        elif isinstance(error, Undeliverable):
            await outbox.bury(database, item, holder, str(error), now)
            _tell_of_death(item)
        elif not await outbox.fail(database, item, holder, f"{type(error).__name__}: {error}", now):
            _tell_of_death(item)

    async def _tidy(self) -> None:
        """Once a minute, and not when all other workers do."""
        await asyncio.sleep(random.uniform(0, TIDY_SECONDS))  # noqa: S311 - nobody gains by guessing it
        while not self._ending:
            try:
                await outbox.recover(self._database, self._now())
                await housekeeping.tidy(self._database, self._now())
            except ServiceUnavailable as error:
                _log.info("expired rows will be removed later", error=str(error.__cause__ or error))
            except Exception as error:  # noqa: BLE001 - a bug; the next round may have better luck
                _log.error("housekeeping failed", exc_info=error)
            await asyncio.sleep(TIDY_SECONDS)


async def _cancelled(tasks: set[asyncio.Task[None]]) -> None:
    """End tasks. They are told again and again: `wait_for`, which libraries use, may lose a cancellation (Python < 3.12)."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=INSIST_SECONDS)


def _tell_of_death(item: Item) -> None:
    # No address, and no words of the server, which repeats it: those stand in the outbox.
    _log.error("outbox item moved to the dead-letter state", item=item.id, topic=item.topic, attempts=item.attempts + 1)


@asynccontextmanager
async def working(resources: Resources, outlet: MailTransport | None) -> AsyncIterator[asyncio.Task[None]]:
    """A worker for as long as the context lasts; the task is its own."""

    async def deliver(item: Item) -> None:
        if outlet is not None:
            await mails.deliver(resources.settings, outlet, item.topic, item.payload)

    worker = Worker(resources.database, deliver if outlet is not None else None, resources.added, resources.now)
    task = asyncio.create_task(worker.run())
    try:
        yield task
    finally:
        await worker.end(task)
        if outlet is not None:
            await outlet.close()
