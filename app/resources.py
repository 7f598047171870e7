"""What all requests of a process share: the database, Valkey, cache, limits and password hashing. Knows no web framework."""

from __future__ import annotations

import asyncio
import functools
import math
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog

from app.core import limits, valkey
from app.core.cache import Cache, create_cache
from app.core.cache.memory import MemoryCache
from app.core.clock import utc_now
from app.core.config import Settings
from app.core.database import Database, connect
from app.core.database.replica import Replicated
from app.core.limits import Limit, SharedLimit
from app.core.limits.throttle import AttemptQueues, Throttle
from app.core.request_counts import RequestCounts
from app.core.security.passwords import Passwords
from app.core.security.secrets import Secrets
from app.core.urls.database import is_sqlite
from app.core.valkey import Valkey

if TYPE_CHECKING:
    from app.core.tracing.tracing import Tracing

HOUR, DAY = 3600, 86_400  # seconds
FINISH_SECONDS = 1.0
WANTED_EVENTS_SECONDS = 2.0  # until a process notices that another one has changed a webhook


@dataclass(slots=True)
class WantedEvents:
    """The events that active webhooks want, as this process knows them; see `app.services.webhooks.events`."""

    lifetime: float = math.inf  # seconds until the knowledge must be read again
    events: frozenset[str] = frozenset()
    expires: float = 0.0  # time of the monotonic clock
    changes: int = 0  # of webhooks, made by this process


@dataclass(slots=True)
class Resources:
    """Everything that a process shares between requests, for as long as it runs."""

    settings: Settings
    passwords: Passwords
    throttle: Throttle  # of sign-ins
    sign_ups: Limit | SharedLimit | None = None  # by client address
    unknown_tokens: Limit | SharedLimit | None = None  # by client address
    mail_requests: Limit | SharedLimit | None = None  # by client address
    mails: Limit | SharedLimit | None = None  # by recipient mailbox
    # Wrong codes, by user or session, and wrong passwords, by Idempotency-Key. Beyond it right ones are rejected too.
    guesses: Limit | SharedLimit | None = None
    guess_notices: Limit | SharedLimit | None = None  # mails to a user about them, by user
    secrets: Secrets = field(default_factory=lambda: Secrets(()))
    now: Callable[[], datetime] = utc_now
    draining: asyncio.Event = field(default_factory=asyncio.Event)  # set by the server before it shuts down
    in_progress: set[tuple[str, str]] = field(default_factory=set)  # unfinished requests with an Idempotency-Key
    valkey: Valkey | None = None
    cache: Cache = field(default_factory=MemoryCache)
    tracing: Tracing | None = None
    # Set by `connected`, on the event loop that serves.
    database: Database = field(init=False)
    # Answers reads from the replica if there is one and this caller has written nothing that it lacks, else from the primary.
    # Writes go to the primary.
    replica: Database = field(init=False)
    outbox_added: asyncio.Event = field(init=False)  # set after a commit that added an item, to wake the worker
    deliveries_added: asyncio.Event = field(init=False)  # set when deliveries to webhooks are written, to wake the worker
    wanted_events: WantedEvents = field(default_factory=WantedEvents)
    request_counts: Callable[[], RequestCounts] | None = None  # set by `app.metrics` if it counts requests
    deliveries: Counter[tuple[str, str]] = field(default_factory=Counter)  # attempts by kind (mail, webhook) and outcome
    _background: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run something behind the requests; it ends before the database is closed."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def finish(self) -> None:
        """Wait at most `FINISH_SECONDS` for what was started, then cancel it."""
        if self._background:
            _, late = await asyncio.wait(self._background, timeout=FINISH_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


def make_resources(settings: Settings, now: Callable[[], datetime] = utc_now) -> Resources:
    """Create the resources; `connected` connects the database and Valkey.

    Raises:
        ValueError: REDIS_URL is invalid.
    """
    passwords = Passwords(
        memory_kib=settings.password_memory_kib,
        passes=settings.password_passes,
        threads=settings.password_threads,
        queue=settings.password_queue,
        form="NFKC" if settings.follows_nist else "NFC",
    )
    shared = valkey.connect(settings.redis_url) if settings.redis_url is not None else None

    def hourly(name: str, number: int) -> Limit | SharedLimit | None:
        return limits.create_limit(name, number, HOUR, shared, share=settings.workers)

    # Nobody else serves a SQLite file with one worker, so nobody else changes webhooks.
    is_only_server = settings.workers == 1 and is_sqlite(settings.database_url)
    throttle = Throttle(
        hourly("sign-in", settings.sign_in_limit),
        hourly("sign-in-failures", settings.sign_in_failure_limit),
        AttemptQueues(settings.sign_in_interval, share=settings.workers),
    )
    return Resources(
        settings,
        passwords,
        throttle,
        hourly("sign-up", settings.sign_up_limit),
        hourly("unknown-tokens", settings.unknown_token_limit),
        hourly("mail-requests", settings.mail_request_limit),
        hourly("mail", settings.mail_limit),
        hourly("guesses", settings.guess_limit),
        limits.create_limit("guess-notices", 1, DAY, shared, share=settings.workers),
        Secrets(settings.secret_key),
        now,
        valkey=shared,
        cache=create_cache(settings, shared),
        wanted_events=WantedEvents() if is_only_server else WantedEvents(WANTED_EVENTS_SECONDS),
    )


@asynccontextmanager
async def connected(resources: Resources) -> AsyncIterator[Resources]:
    """Connect the database and Valkey for the duration of the context."""
    settings = resources.settings
    resources.outbox_added, resources.deliveries_added = asyncio.Event(), asyncio.Event()
    async with AsyncExitStack() as stack:
        stack.callback(resources.passwords.close)
        open_database = functools.partial(
            connect,
            statement_timeout=settings.statement_timeout,
            connections=settings.database_connections,
            pgbouncer=settings.pgbouncer,
        )
        resources.database = resources.replica = await open_database(settings.database_url)
        stack.push_async_callback(resources.database.close)
        pair = await _replicated(resources, open_database)
        if resources.valkey is not None:
            await stack.enter_async_context(resources.valkey)
        if pair is not None:
            resources.database, resources.replica = pair.database, pair.replica
            await stack.enter_async_context(pair)
        if (tracing := resources.tracing) is not None:
            tracing.start()
            stack.push_async_callback(tracing.close)
            has_replica = resources.replica is not resources.database
            resources.database = tracing.database(resources.database)
            resources.replica = tracing.database(resources.replica) if has_replica else resources.database
        stack.push_async_callback(resources.finish)
        yield resources


async def _replicated(resources: Resources, open_database: Callable[[str], Awaitable[Database]]) -> Replicated | None:
    """The primary with its replica, if one is configured, reachable and safe to use."""
    settings, url = resources.settings, resources.settings.database_read_url
    # Without Valkey, workers cannot share which callers have written.
    if url is None or (settings.workers > 1 and resources.valkey is None):
        return None
    try:
        return Replicated(resources.database, await open_database(url), resources.valkey)
    except ConnectionError as error:
        structlog.get_logger().warning("replica unreachable; reading from the primary until restart", error=str(error))
        return None
