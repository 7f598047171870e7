"""Helpers for tests of the caches: a source of values, and a shared cache."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from app.core import valkey
from app.core.cache.shared import SharedCache
from tests.support.servers.valkey import Valkey

PATIENT = 5.0  # seconds: a machine that is busy with other tests must not look like an outage


class Source:
    """A changing value to cache, the number of its computations, and a gate that blocks them."""

    def __init__(self, value: object = 1) -> None:
        self.value, self.made = value, 0
        self.door = asyncio.Event()
        self.door.set()

    async def __call__(self) -> object:
        self.made += 1
        value = self.value
        await self.door.wait()
        if isinstance(value, Exception):
            raise value
        return value


async def reach(source: Source, number: int) -> None:
    async with asyncio.timeout(10):
        while source.made < number:  # noqa: ASYNC110 - as short as a round trip
            await asyncio.sleep(0.001)


@contextlib.asynccontextmanager
async def shared(server: Valkey, seconds: float = PATIENT) -> AsyncIterator[tuple[valkey.Valkey, SharedCache]]:
    client = valkey.connect(server.url, timeout=seconds)
    async with contextlib.AsyncExitStack() as stack:
        found = SharedCache(client)
        await stack.enter_async_context(client)
        yield client, found
