"""Rate limits shared by all workers, on a real Valkey."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from app.core import valkey
from app.core.limits import Decision, Limit, SharedLimit, resolve
from tests.support.servers.valkey import Valkey

pytestmark = pytest.mark.anyio

PATIENT = 5.0  # seconds: a machine that is busy with other tests must not look like an outage


@pytest.fixture
def server() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server


def headers(decision: Decision) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in decision.headers}


def make(url: str, requests: int = 3, period: float = 60, timeout: float = PATIENT) -> tuple[valkey.Valkey, SharedLimit]:
    client = valkey.connect(url, timeout=timeout)
    return client, SharedLimit("address", requests, period, client)


async def hits(limit: SharedLimit, *keys: object) -> list[int]:
    return [decision.wait for decision in await asyncio.gather(*(resolve(limit.hit(key)) for key in keys))]


def work(url: str, requests: int, attempts: int) -> int:
    """The number of requests that one worker allows, sent in groups of ten."""

    async def count() -> int:
        client, limit = make(url, requests, 86_400)
        async with client:
            return sum([(await hits(limit, *["a"] * 10)).count(0) for _ in range(attempts // 10)])

    return asyncio.run(count())


class TestSharedLimit:
    @pytest.mark.slow
    async def test_four_processes_together_allow_exactly_the_limit(self, server):
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(4, context) as workers:
            asked = [workers.submit(work, server.url, 500, 400) for _ in range(4)]
            allowed = [future.result() for future in asked]

        assert sum(allowed) == 500

    async def test_headers_and_waits_are_those_of_the_limit_in_memory(self, server):
        alone = Limit("address", 3, 60, lambda: 1000.0)
        client, limit = make(server.url)
        async with client:
            shared = [await resolve(limit.hit("a")) for _ in range(5)]

        assert shared == [alone.hit("a") for _ in range(5)]

    @pytest.mark.slow
    @pytest.mark.parametrize("requests", [1, 7, 59, 600, 7001])
    async def test_the_whole_limit_may_arrive_as_one_burst(self, server, requests):
        client, limit = make(server.url, requests, 86_400)
        async with client:
            waits = [wait for _ in range(4) for wait in await hits(limit, *["a"] * (requests // 3 + 1))]

        assert waits.count(0) == requests
        assert waits[:requests] == [0] * requests

    async def test_keys_are_limited_separately(self, server):
        client, limit = make(server.url, requests=1)
        other = SharedLimit("account", 1, 60, client)
        async with client:
            await client.close()
            await client.open()
            assert await hits(limit, "a", "b", 1, "1") == [0, 0, 0, 0]
            assert await hits(other, "a") == [0]
            assert await hits(limit, "a") == [60]

    @pytest.mark.slow
    async def test_a_limit_renews_itself_with_time(self, server):
        client, limit = make(server.url, requests=2, period=1)
        async with client:
            assert await hits(limit, "a", "a", "a") == [0, 0, 1]
            await asyncio.sleep(1.05)
            assert await hits(limit, "a", "a", "a") == [0, 0, 1]

    async def test_keys_in_valkey_are_hashed_and_expire(self, server):
        client, limit = make(server.url, requests=100, period=10)
        async with client:
            await hits(limit, "203.0.113.7")
            keys = server.call("KEYS", "*")
            assert len(keys) == 1
            assert "203" not in keys[0]
            assert 0 < int(str(server.call("PTTL", keys[0]))) <= 100

    async def test_clocks_of_clients_do_not_matter(self, server, monkeypatch):
        client, limit = make(server.url, requests=2)
        async with client:
            assert await hits(limit, "a", "a") == [0, 0]
            monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
            monkeypatch.setattr(time, "monotonic", lambda: 4_000_000_000.0)
            assert (await hits(limit, "a"))[0] in {29, 30}

    async def test_after_the_server_clock_was_set_back_the_wait_is_at_most_one_period(self, server):
        client, limit = make(server.url, requests=2)
        async with client:
            await hits(limit, "a")
            (key,) = server.call("KEYS", "*")
            hours_ahead = int(str(server.call("GET", key))) + 5 * 3600 * 1_000_000
            server.call("SET", key, str(hours_ahead))

            assert await hits(limit, "a") == [30]

    async def test_a_cancelled_request_counts_and_does_not_affect_others(self, server):
        client, limit = make(server.url, requests=3)
        async with client:
            leaves = asyncio.ensure_future(resolve(limit.hit("a")))
            stays = asyncio.ensure_future(resolve(limit.hit("a")))
            await asyncio.sleep(0)
            leaves.cancel()

            assert headers(await stays)["ratelimit"] == '"address";r=1;t=40'

    @pytest.mark.slow
    async def test_a_cluster_counts_each_client_where_its_key_is(self, cluster):
        client, limit = make(cluster.url, requests=2)
        async with client:
            keys = [f"client{n}" for n in range(40)]
            assert await hits(limit, *keys, *keys) == [0] * 80
            assert await hits(limit, *keys) == [30] * 40


class TestAnOutage:
    async def test_while_the_server_is_down_each_worker_limits_itself(self, server):
        client, limit = make(server.url)
        async with client:
            assert await hits(limit, "a", "a") == [0, 0]
            server.kill()
            assert await hits(limit, *"aaaaa") == [0, 0, 0, 20, 20]
            assert isinstance(limit.hit("a"), Decision)  # at once
            server.start()
            async with asyncio.timeout(20):
                while not client.available:  # noqa: ASYNC110 - it has no event to wait for
                    await asyncio.sleep(0.02)
            assert await hits(limit, *"aaaaa") == [0, 0, 0, 20, 20]
            assert len(server.call("KEYS", "*")) == 1

    async def test_a_hung_server_costs_one_timeout_and_requests_are_counted_locally(self, server):
        client, limit = make(server.url, timeout=0.005)
        async with client:
            server.pause()
            assert await hits(limit, *"aaaaa") == [0, 0, 0, 20, 20]
            assert [decision.wait for decision in (limit.hit("b") for _ in range(4)) if isinstance(decision, Decision)] == [
                0,
                0,
                0,
                20,
            ]
            server.resume()
