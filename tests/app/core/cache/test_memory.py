"""The cache in memory: expiry, eviction, and drops."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from app.core.cache.memory import MemoryCache
from tests.app.core.cache.sources import Source, reach

pytestmark = pytest.mark.anyio


class TestMemory:
    async def test_entries_expire_after_a_minute(self):
        now = 0.0
        found, source = MemoryCache(lambda: now), Source()
        await found.get("a", "x", source)
        now = 59.9
        await found.get("a", "x", source)
        assert source.made == 1
        now = 60.0
        await found.get("a", "x", source)
        assert source.made == 2

    @pytest.mark.parametrize("bounds", [{"entries": 2}, {"size": 8}])
    async def test_the_least_recently_used_entry_is_evicted(self, bounds):
        found = MemoryCache(**bounds)
        sources = {key: Source(1000 + number) for number, key in enumerate("abc")}
        for key in "abacabc":  # `c` ousts `b`, then `b` ousts `c`, and so on: `a` stays
            await found.get("t", key, sources[key])

        assert {key: source.made for key, source in sources.items()} == {"a": 1, "b": 2, "c": 2}

    async def test_entries_of_dropped_generations_are_not_counted_twice(self):
        found = MemoryCache(size=8)
        for value in range(1000, 1010):
            await found.get("t", "a", Source(value))
            await found.drop("t")
        source = Source(2000)
        for _ in range(2):
            await found.get("t", "b", source)

        assert source.made == 1

    async def test_topics_without_entries_use_no_memory(self):
        found = MemoryCache(entries=4)
        for number in range(1000):
            with contextlib.suppress(LookupError):
                await found.get(f"asked {number}", "x", Source(LookupError()))
            await found.drop(f"dropped {number}")
        await asyncio.sleep(0)

        assert max(len(held) for held in vars(found).values() if hasattr(held, "__len__")) <= 4

    async def test_a_drop_is_effective_however_many_follow(self):
        found, source = MemoryCache(entries=2), Source(1)
        await found.get("t", "kept", source)
        source.door.clear()
        under_way = asyncio.ensure_future(found.get("t", "x", source))
        await reach(source, 2)
        source.value = 2
        await found.drop("t", *"abcdef")
        source.door.set()

        assert (await under_way).body == b"1"
        assert (await found.get("t", "x", source)).body == b"2"
        assert (await found.get("t", "kept", source)).body == b"2"
