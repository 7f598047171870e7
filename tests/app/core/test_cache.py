"""All caches: concurrent calls compute once, and stale values are never served. The shared one on a real Valkey."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from app.core import valkey
from app.core.cache import Cache
from app.core.cache.memory import MAX_BODY, MemoryCache
from app.core.cache.shared import SharedCache
from app.core.cache.singleflight import Uncached
from app.core.config import Settings
from app.resources import make_resources
from tests.support.servers.valkey import Valkey

pytestmark = pytest.mark.anyio

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


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server


@contextlib.asynccontextmanager
async def shared(server: Valkey, seconds: float = PATIENT) -> AsyncIterator[tuple[valkey.Valkey, SharedCache]]:
    client = valkey.connect(server.url, timeout=seconds)
    async with contextlib.AsyncExitStack() as stack:
        found = SharedCache(client)
        await stack.enter_async_context(client)
        yield client, found


@pytest.fixture(params=["memory", "uncached", "shared"])
async def any_cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    if request.param == "memory":
        yield MemoryCache()
    elif request.param == "uncached":
        yield Uncached()
    else:
        server: Valkey = request.getfixturevalue("server")
        server.call("FLUSHALL")
        async with shared(server) as (_, found):
            yield found


@pytest.fixture(params=["memory", "shared"])
async def keeping(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    if request.param == "memory":
        yield MemoryCache()
    else:
        server: Valkey = request.getfixturevalue("server")
        server.call("FLUSHALL")
        async with shared(server) as (_, found):
            yield found


async def reach(source: Source, number: int) -> None:
    async with asyncio.timeout(10):
        while source.made < number:  # noqa: ASYNC110 - as short as a round trip
            await asyncio.sleep(0.001)


class TestEveryCache:
    async def test_gives_the_encoded_body_and_a_strong_tag_of_it(self, any_cache):
        first = await any_cache.get("posts", "1", Source({"a": "ü"}))
        again = await any_cache.get("posts", "1", Source({"a": "ü"}))
        other = await any_cache.get("posts", "2", Source({"a": "o"}))

        assert first == again
        assert json.loads(first.body) == {"a": "ü"}
        assert first.etag.startswith('"')
        assert first.etag.endswith('"')
        assert first.etag != other.etag

    async def test_concurrent_gets_compute_once(self, any_cache):
        source = Source()
        source.door.clear()
        gets = [asyncio.ensure_future(any_cache.get("posts", "1", source)) for _ in range(50)]
        await reach(source, 1)
        source.door.set()

        assert {encoded.body for encoded in await asyncio.gather(*gets)} == {b"1"}
        assert source.made == 1

    async def test_one_that_leaves_does_not_hurt_the_others(self, any_cache):
        source = Source()
        source.door.clear()
        gets = [asyncio.ensure_future(any_cache.get("posts", "1", source)) for _ in range(3)]
        await reach(source, 1)
        gets[0].cancel()
        await asyncio.sleep(0.01)
        source.door.set()

        assert [(await get).body for get in gets[1:]] == [b"1"] * 2
        assert source.made == 1

    async def test_an_exception_is_raised_to_all_waiting_callers_and_not_cached(self, any_cache):
        source = Source(LookupError("gone"))
        heard = await asyncio.gather(*(any_cache.get("posts", "1", source) for _ in range(3)), return_exceptions=True)
        source.value = 2

        assert [type(error) for error in heard] == [LookupError] * 3
        assert (await any_cache.get("posts", "1", source)).body == b"2"

    async def test_an_exception_without_waiting_callers_is_not_reported(self, any_cache):
        source = Source(LookupError("gone"))
        source.door.clear()
        get = asyncio.ensure_future(any_cache.get("posts", "1", source))
        await reach(source, 1)
        get.cancel()
        source.door.set()
        await asyncio.sleep(0.01)

        source.value = 2
        assert (await any_cache.get("posts", "1", source)).body == b"2"

    async def test_after_a_drop_no_earlier_value_is_served(self, any_cache):
        source = Source(1)
        await any_cache.get("posts", "1", source)
        source.value = 2
        await any_cache.drop("users", "posts")

        assert (await any_cache.get("posts", "1", source)).body == b"2"

    async def test_a_computation_under_way_is_not_joined_after_a_drop_and_not_kept(self, any_cache):
        source = Source(1)
        source.door.clear()
        before = asyncio.ensure_future(any_cache.get("posts", "1", source))
        await reach(source, 1)
        source.value = 2
        await any_cache.drop("posts")
        after = asyncio.ensure_future(any_cache.get("posts", "1", source))
        await asyncio.sleep(0.02)
        source.door.set()

        assert (await before).body == b"1"
        assert (await after).body == b"2"
        assert (await any_cache.get("posts", "1", source)).body == b"2"


class TestACacheThatKeeps:
    async def test_keeps_each_key_of_each_topic(self, keeping):
        one, two, three = Source(1), Source(2), Source(3)
        for _ in range(3):
            bodies = [(await keeping.get(*name)).body for name in (("a", "x", one), ("a", "y", two), ("b", "x", three))]
            assert bodies == [b"1", b"2", b"3"]

        assert (one.made, two.made, three.made) == (1, 1, 1)

    async def test_a_drop_of_one_topic_leaves_the_others(self, keeping):
        source = Source()
        await keeping.get("a", "x", source)
        await keeping.drop("b")
        await keeping.get("a", "x", source)

        assert source.made == 1

    async def test_a_body_that_is_too_long_is_given_and_not_kept(self, keeping):
        source = Source("x" * MAX_BODY)
        for _ in range(2):
            assert len((await keeping.get("a", "x", source)).body) == MAX_BODY + 2

        assert source.made == 2


class TestMemory:
    async def test_forgets_after_a_minute(self):
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

    async def test_topics_that_keep_nothing_take_no_room(self):
        found = MemoryCache(entries=4)
        for number in range(1000):
            with contextlib.suppress(LookupError):
                await found.get(f"asked {number}", "x", Source(LookupError()))
            await found.drop(f"dropped {number}")
        await asyncio.sleep(0)

        assert max(len(held) for held in vars(found).values() if hasattr(held, "__len__")) <= 4

    async def test_a_drop_counts_however_many_follow_it(self):
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

    async def test_a_computation_of_one_worker_is_not_kept_past_the_drop_of_another(self, server):
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

    async def test_entries_expire_and_are_no_pickles(self, server):
        server.call("FLUSHALL")
        async with shared(server) as (_, found):
            encoded = await found.get("a", "x", Source({"b": 1}))
            await asyncio.sleep(0.05)
        (name,) = [key for key in server.call("KEYS", "*") if not key.endswith("generation")]

        assert 0 < int(str(server.call("PTTL", name))) <= 60_000
        assert str(server.call("GET", name))[16:] == encoded.etag + encoded.body.decode()

    async def test_topics_that_keep_nothing_are_soon_forgotten(self, server):
        server.call("FLUSHALL")
        async with shared(server) as (_, found):
            with contextlib.suppress(LookupError):
                await found.get("asked", "x", Source(LookupError()))
            await found.drop("dropped")

        assert all(0 < int(str(server.call("TTL", key))) <= 600 for key in server.call("KEYS", "*"))

    async def test_a_lost_generation_brings_no_old_entry_back(self, server):
        server.call("FLUSHALL")
        source = Source(1)
        async with shared(server) as (_, found):
            await found.get("a", "x", source)
            await asyncio.sleep(0.05)
            server.call("DEL", "accord:cache:{a}:generation")
            source.value = 2
            assert (await found.get("a", "x", source)).body == b"2"

    async def test_while_valkey_is_out_every_get_computes(self):
        with Valkey() as server:
            source = Source(1)
            async with shared(server) as (_, found):
                await found.get("a", "x", source)
                server.kill()
                for value in (2, 3):
                    source.value = value
                    assert (await found.get("a", "x", source)).body == b"%d" % value

    async def test_a_hung_valkey_is_no_error(self):
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
    async def test_in_a_cluster_a_topic_has_one_place(self, cluster):
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


SQLITE, POSTGRESQL, VALKEY = "sqlite:///a.db", "postgresql://h/a", "valkey://127.0.0.1:1"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"database_url": SQLITE}, MemoryCache),
        ({"database_url": SQLITE, "workers": 2}, Uncached),
        ({"database_url": SQLITE, "cache": "off"}, Uncached),
        ({"database_url": POSTGRESQL}, Uncached),
        ({"database_url": POSTGRESQL, "cache": "memory"}, MemoryCache),
        ({"database_url": POSTGRESQL, "cache": "memory", "workers": 2}, Uncached),
        ({"database_url": POSTGRESQL, "redis_url": VALKEY, "workers": 2}, SharedCache),
        ({"database_url": SQLITE, "redis_url": VALKEY, "cache": "off"}, Uncached),
    ],
)
async def test_the_kind_of_cache_follows_the_settings(changes: dict[str, Any], kind: type):
    assert isinstance(make_resources(Settings(**changes)).cache, kind)
