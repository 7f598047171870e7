"""All caches: concurrent calls compute once, and stale values are never served."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from app.core.cache import Cache
from app.core.cache.memory import MAX_BODY, MemoryCache
from app.core.cache.shared import SharedCache
from app.core.cache.singleflight import Uncached
from app.core.config import Settings
from app.resources import make_resources
from tests.app.core.cache.sources import Source, reach, shared
from tests.support.servers.valkey import Valkey

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def opened(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    """The cache that the parameter names."""
    if request.param == "memory":
        yield MemoryCache()
    elif request.param == "uncached":
        yield Uncached()
    else:
        server: Valkey = request.getfixturevalue("server")
        server.call("FLUSHALL")
        async with shared(server) as (_, found):
            yield found


@pytest.fixture(params=["memory", "uncached", "shared"])
async def any_cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    async with opened(request) as cache:
        yield cache


@pytest.fixture(params=["memory", "shared"])
async def keeping(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    async with opened(request) as cache:
        yield cache


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

    async def test_a_cancelled_caller_does_not_affect_the_others(self, any_cache):
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

    async def test_a_computation_started_before_a_drop_is_neither_joined_nor_cached(self, any_cache):
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

    async def test_a_body_that_is_too_long_is_returned_but_not_cached(self, keeping):
        source = Source("x" * MAX_BODY)
        for _ in range(2):
            assert len((await keeping.get("a", "x", source)).body) == MAX_BODY + 2

        assert source.made == 2


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
