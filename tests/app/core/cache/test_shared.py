"""The cache in Valkey, shared by workers."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from app.core import valkey
from app.core.cache.shared import SharedCache
from tests.app.core.cache.sources import PATIENT, Source, reach, shared
from tests.support.servers.valkey import Valkey

pytestmark = pytest.mark.anyio


class TestShared:
    async def test_two_workers_share_entries_and_drops(self, server):
        server.call("FLUSHALL")
        source = Source(1)
        async with shared(server) as (_, one), shared(server) as (_, two):
            first = await one.get("a", "x", source)
            await asyncio.sleep(0.05)
            assert await two.get("a", "x", source) == first
            assert source.made == 1
            source.value = 2
            await two.drop("a")
            assert (await one.get("a", "x", source)).body == b"2"

    async def test_a_drop_by_another_worker_discards_a_running_computation(self, server):
        server.call("FLUSHALL")
        source = Source(1)
        source.door.clear()
        async with shared(server) as (_, one), shared(server) as (_, two):
            before = asyncio.ensure_future(one.get("a", "x", source))
            await reach(source, 1)
            source.value = 2
            await two.drop("a")
            source.door.set()
            assert (await before).body == b"1"
            await asyncio.sleep(0.05)
            assert (await two.get("a", "x", source)).body == b"2"
            assert (await one.get("a", "x", source)).body == b"2"

    async def test_entries_expire_and_are_plain_bytes(self, server):
        server.call("FLUSHALL")
        async with shared(server) as (_, found):
            encoded = await found.get("a", "x", Source({"b": 1}))
            await asyncio.sleep(0.05)
        (name,) = [key for key in server.call("KEYS", "*") if not key.endswith("generation")]

        assert 0 < int(str(server.call("PTTL", name))) <= 60_000
        assert str(server.call("GET", name))[16:] == encoded.etag + encoded.body.decode()

    async def test_generations_expire(self, server):
        server.call("FLUSHALL")
        async with shared(server) as (_, found):
            with contextlib.suppress(LookupError):
                await found.get("asked", "x", Source(LookupError()))
            await found.drop("dropped")

        assert all(0 < int(str(server.call("TTL", key))) <= 600 for key in server.call("KEYS", "*"))

    async def test_a_lost_generation_does_not_revive_old_entries(self, server):
        server.call("FLUSHALL")
        source = Source(1)
        async with shared(server) as (_, found):
            await found.get("a", "x", source)
            await asyncio.sleep(0.05)
            server.call("DEL", "accord:cache:{a}:generation")
            source.value = 2
            assert (await found.get("a", "x", source)).body == b"2"

    async def test_while_valkey_is_down_every_get_computes(self):
        with Valkey() as server:
            source = Source(1)
            async with shared(server) as (_, found):
                await found.get("a", "x", source)
                server.kill()
                for value in (2, 3):
                    source.value = value
                    assert (await found.get("a", "x", source)).body == b"%d" % value

    async def test_a_hung_valkey_is_not_an_error(self):
        with Valkey() as server:
            async with shared(server, seconds=0.005) as (_, found):
                server.pause()
                assert (await found.get("a", "x", Source(1))).body == b"1"
                await found.drop("a")
                server.resume()

    async def test_a_drop_that_could_not_be_delivered_is_delivered_before_the_cache_is_used_again(self):
        with Valkey() as server:
            source = Source(1)
            async with shared(server, seconds=0.005) as (client, found), shared(server) as (_, other):
                await other.get("a", "x", source)
                await asyncio.sleep(0.05)
                server.pause()
                await found.get("b", "x", source)  # finds out that Valkey hangs, so the drop is not even sent
                source.value = 2
                await found.drop("a")
                server.resume()
                async with asyncio.timeout(20):
                    while not client.available:  # noqa: ASYNC110 - it has no event to wait for
                        await asyncio.sleep(0.02)
                assert (await found.get("a", "x", source)).body == b"2"
                assert (await other.get("a", "x", source)).body == b"2"

    @pytest.mark.slow
    async def test_in_a_cluster_the_keys_of_a_topic_share_a_slot(self, cluster):
        client = valkey.connect(cluster.url, timeout=PATIENT)
        found = SharedCache(client)
        async with client:
            sources = {topic: Source(number) for number, topic in enumerate("abcdef")}
            for _ in range(2):
                for topic, source in sources.items():
                    await found.get(topic, "x", source)
                await asyncio.sleep(0.05)
            assert [source.made for source in sources.values()] == [1] * 6
            await found.drop(*"abc")
            for topic, source in sources.items():
                await found.get(topic, "x", source)
            assert [source.made for source in sources.values()] == [2, 2, 2, 1, 1, 1]
