"""What a process of the service holds: from settings to a database, Valkey, limits and passwords. Knows no web framework."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime

import structlog

from app.call import Resources, utc_now
from app.core import cache, limits
from app.core.cache.singleflight import Uncached
from app.core.config import Settings
from app.core.database import Database, connect
from app.core.database.replica import Replicated
from app.core.limits.throttle import AttemptQueues, Throttle
from app.core.security.passwords import Passwords
from app.core.valkey import connect as meet
from app.core.valkey.client import Valkey
from app.services.limits import HOUR


def make_resources(settings: Settings, now: Callable[[], datetime] = utc_now) -> Resources:
    """What the service holds; the database and Valkey are not connected yet.

    Raises:
        ValueError: the URL of Valkey is not understood.
    """
    passwords = Passwords(
        memory_kib=settings.password_memory_kib,
        passes=settings.password_passes,
        threads=settings.password_threads,
        queue=settings.password_queue,
    )
    valkey = meet(settings.redis_url) if settings.redis_url is not None else None

    def hourly(name: str, number: int) -> limits.Limit | limits.SharedLimit | None:
        return limits.create_limit(name, number, HOUR, valkey, share=settings.workers)

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
        hourly("mail", settings.mail_limit),
        now,
        valkey=valkey,
        cache=_cache(settings, valkey),
    )


def _cache(settings: Settings, valkey: Valkey | None) -> cache.Cache:
    if settings.cache == "off":
        return Uncached()
    # Processes that are not told of each other's writes must not keep anything: PostgreSQL invites several.
    alone = settings.cache == "memory" or settings.database_url.startswith("sqlite:")
    return cache.create_cache(valkey, single_process=alone and settings.workers == 1)


@asynccontextmanager
async def connected(resources: Resources) -> AsyncIterator[Resources]:
    """The resources with their database and Valkey, for as long as the context lasts."""
    settings = resources.settings
    resources.added = asyncio.Event()
    async with AsyncExitStack() as stack:
        stack.callback(resources.passwords.close)
        opened = functools.partial(
            connect,
            statement_timeout=settings.statement_timeout,
            connections=settings.database_connections,
            pgbouncer=settings.pgbouncer,
        )
        resources.database = resources.reader = await opened(settings.database_url)
        stack.push_async_callback(resources.database.close)
        pair = await _replicated(resources, opened)
        if resources.valkey is not None:
            await stack.enter_async_context(resources.valkey)
        if pair is not None:
            resources.database, resources.reader = pair.database, pair.reader
            await stack.enter_async_context(pair)
        yield resources


async def _replicated(resources: Resources, opened: Callable[[str], Awaitable[Database]]) -> Replicated | None:
    """The database with its replica, if one is configured and safe to use."""
    settings, url = resources.settings, resources.settings.database_read_url
    if url is None or (settings.workers > 1 and resources.valkey is None):  # workers could not tell each other who has written
        return None
    try:
        return Replicated(resources.database, await opened(url), resources.valkey)
    except ConnectionError as error:
        structlog.get_logger().warning("replica unreachable; reading from the primary until restart", error=str(error))
        return None
