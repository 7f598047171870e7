"""Script calls to real servers: batched, failing fast while the server is down, and working again when it is back."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import structlog

from app.core import valkey
from app.core.urls.valkey import ValkeyURL
from app.core.valkey.client import Script, ScriptCall
from tests.support.servers.valkey import Cluster, Sentinels, Valkey

pytestmark = pytest.mark.anyio

COUNT = "local results = {} for i, key in ipairs(KEYS) do results[i] = redis.call('INCRBY', key, ARGV[i]) end return results"
LOOK = "local results = {} for i, key in ipairs(KEYS) do results[i] = redis.call('INCR', 'looked') end return results"
PATIENT = 5.0  # seconds: a machine that is busy with other tests must not look like an outage


@pytest.fixture(scope="module", params=["asyncio", "uvloop"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": request.param == "uvloop"}


@pytest.fixture
def server() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server


@contextlib.asynccontextmanager
async def connected_client(url: str, seconds: float = PATIENT) -> AsyncIterator[tuple[valkey.Valkey, Script]]:
    client = valkey.connect(url, timeout=seconds)
    count = client.script(COUNT, keys=1)
    async with client:
        yield client, count


async def ask(client: valkey.Valkey, script: Script, key: str, *arguments: int, must_deliver: bool = False) -> Any:
    result: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    client.send(ScriptCall(script, key, (f"{{{key}}}",), arguments, result.set_result, must_deliver))
    return await result


async def wait_until_available(client: valkey.Valkey) -> None:
    async with asyncio.timeout(20):
        while not client.available:  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.02)


def calls_of(server: Valkey, command: str) -> int:
    stats = str(server.call("INFO", "commandstats"))
    found = [line for line in stats.splitlines() if line.startswith(f"cmdstat_{command}:")]
    return int(found[0].split("calls=")[1].split(",")[0]) if found else 0


class TestCalls:
    async def test_calls_that_wait_for_a_batch_form_the_next_one(self, server):
        async with connected_client(server.url) as (client, count):
            results = await asyncio.gather(*(ask(client, count, "a", 1) for _ in range(50)))

        assert results == list(range(1, 51))
        assert calls_of(server, "evalsha") == 1

    async def test_each_caller_gets_its_own_result(self, server):
        async with connected_client(server.url) as (client, count):
            other = client.script(COUNT.replace("results[i] =", "results[i] = 1000 +"), keys=1)
            await client.close()
            await client.open()
            asked = [ask(client, (count, other)[n % 2], f"key{n}", n) for n in range(20)]
            results = await asyncio.gather(*asked)

        assert results == [n + 1000 * (n % 2) for n in range(20)]

    async def test_equal_reads_are_sent_once(self, server):
        client = valkey.connect(server.url, timeout=PATIENT)
        look = client.script(LOOK, keys=1, reads=True)
        async with client:
            results = await asyncio.gather(*(ask(client, look, key) for key in "abaab"))

        assert results == [1, 2, 1, 1, 2]

    async def test_a_cancelled_caller_does_not_affect_the_others(self, server):
        async with connected_client(server.url) as (client, count):

            def leave(_: object) -> None:
                raise_nothing.cancel()

            raise_nothing = asyncio.ensure_future(asyncio.sleep(60))
            client.send(ScriptCall(count, "a", ("{a}",), (1,), leave))
            assert await ask(client, count, "a", 1) == 2

    async def test_closing_fails_waiting_calls(self, server):
        async with connected_client(server.url) as (client, count):
            server.pause()
            asked = asyncio.ensure_future(ask(client, count, "a", 1))
            await asyncio.sleep(0.05)
            await client.close()

            assert await asked is None
            server.resume()


class TestAnOutage:
    async def test_a_dead_server_is_not_an_error_and_is_reconnected(self, server):
        with structlog.testing.capture_logs() as logs:
            async with connected_client(server.url) as (client, count):
                assert await ask(client, count, "a", 1) == 1
                server.kill()
                assert [await ask(client, count, "a", 1) for _ in range(100)] == [None] * 100
                await asyncio.sleep(0.3)
                server.start()
                await wait_until_available(client)
                assert await ask(client, count, "a", 1) == 1  # its memory was empty, the script was loaded again

        assert [line["event"] for line in logs] == ["valkey unavailable", "valkey available again"]
        assert logs[0]["server"] == server.address

    async def test_a_missing_server_at_the_start_is_not_an_error(self):
        server = Valkey()
        async with connected_client(server.url) as (client, count):
            assert await ask(client, count, "a", 1) is None
            with server:
                await wait_until_available(client)
                assert await ask(client, count, "a", 1) == 1

    async def test_a_hung_server_costs_one_timeout(self, server):
        with structlog.testing.capture_logs() as logs:
            async with connected_client(server.url, seconds=0.005) as (client, count):
                server.pause()
                timers = 0
                for _ in range(1000):
                    timers += client.available
                    assert await ask(client, count, "a", 1) is None
                server.resume()
                await wait_until_available(client)

        assert timers == 1
        assert logs[0]["error"].startswith("TimeoutError: no answer in 5 ms")

    async def test_while_it_is_down_requests_send_nothing(self, server):
        async with connected_client(server.url) as (client, count):
            server.kill()
            await ask(client, count, "a", 1)
            tasks = len(asyncio.all_tasks())
            results: list[Any] = []
            for _ in range(1000):
                client.send(ScriptCall(count, "a", ("{a}",), (1,), results.append))

            assert results == [None] * 1000  # at once: nothing was awaited
            assert len(asyncio.all_tasks()) == tasks

    @pytest.mark.slow
    async def test_a_busy_loop_is_not_an_outage(self, server):
        """The reply waits in the socket while the event loop is busy for longer than the timeout."""
        async with connected_client(server.url, seconds=0.05) as (client, count):
            for number in range(5):
                asked = asyncio.ensure_future(ask(client, count, "a", 1))
                await asyncio.sleep(0)
                await asyncio.sleep(0)  # the call is on its way
                time.sleep(0.2)  # noqa: ASYNC251 - the busy loop
                assert await asked == number + 1

    async def test_an_error_reply_is_an_outage(self, server):
        async with connected_client(server.url) as (client, count):
            server.call("SET", "{text}", "no number")
            assert await ask(client, count, "text", 1) is None
            await wait_until_available(client)
            assert await ask(client, count, "a", 1) == 1

    async def test_flushed_scripts_are_loaded_again(self, server):
        async with connected_client(server.url) as (client, count):
            server.call("SCRIPT", "FLUSH")
            assert await ask(client, count, "a", 1) is None
            await wait_until_available(client)
            assert await ask(client, count, "a", 1) == 1

    async def test_undelivered_calls_are_sent_before_it_is_available_again(self, server):
        async with connected_client(server.url) as (client, count):
            server.kill()
            for _ in range(3):
                assert await ask(client, count, "a", 5, must_deliver=True) is None
            assert await ask(client, count, "b", 5) is None
            server.start()
            await wait_until_available(client)

            assert await ask(client, count, "a", 0) == 5  # once: the last for its key
            assert await ask(client, count, "b", 0) == 0


class TestUrls:
    async def test_a_password_is_sent(self):
        with Valkey(password="s3cret/@") as server:
            quoted = server.url.replace("s3cret/@", "s3cret%2F%40")
            async with connected_client(quoted) as (client, count):
                assert await ask(client, count, "a", 1) == 1
            async with connected_client(server.url.replace(":s3cret/@@", ":wrong@")) as (client, count):
                assert await ask(client, count, "a", 1) is None

    async def test_the_path_is_the_database(self, server):
        async with connected_client(f"redis://{server.address}/3") as (client, count):
            await ask(client, count, "a", 1)

        assert "db3:keys=1" in str(server.call("INFO", "keyspace"))

    @pytest.mark.slow
    async def test_sentinels_provide_the_master_and_the_next_one(self):
        with Sentinels(password="geheim") as servers:
            async with connected_client(servers.url) as (client, count):
                assert await ask(client, count, "a", 1) == 1
                servers.master.kill()
                assert await ask(client, count, "a", 1) is None
                await wait_until_available(client)
                assert await ask(client, count, "b", 1) == 1

            assert servers.replica.call("GET", "{b}") == "1"

    @pytest.mark.slow
    async def test_a_cluster_call_goes_to_the_node_of_its_key(self, cluster):
        async with connected_client(cluster.url) as (client, count):
            keys = [f"key{n}" for n in range(30)]
            assert await asyncio.gather(*(ask(client, count, key, 2) for key in keys)) == [2] * 30
            sizes = [int(str(node.call("DBSIZE"))) for node in cluster.nodes]
            assert sum(sizes) == 30
            assert min(sizes) > 0

    @pytest.mark.slow
    @pytest.mark.filterwarnings("ignore::ResourceWarning")  # redis-py drops the connection with which it asks for a new map
    async def test_a_cluster_without_full_coverage_is_down(self):
        with Cluster() as cluster:
            async with connected_client(cluster.url) as (client, count):
                cluster.nodes[1].kill()
                results = await asyncio.gather(*(ask(client, count, f"key{n}", 2) for n in range(30)))
            del client, count
            gc.collect()

        assert results == [None] * 30

    @pytest.mark.parametrize(
        ("url", "kind", "hosts", "database", "service"),
        [
            ("redis://h", "server", [("h", 6379)], 0, ""),
            ("valkey://h:1/2", "server", [("h", 1)], 2, ""),
            ("rediss://[::1]:7/", "server", [("::1", 7)], 0, ""),
            ("redis+sentinel://a,b:2/main/4", "sentinel", [("a", 26379), ("b", 2)], 4, "main"),
            ("redis+cluster://a:1,b:2", "cluster", [("a", 1), ("b", 2)], 0, ""),
        ],
    )
    async def test_known_urls(self, url, kind, hosts, database, service):
        place = ValkeyURL.of(url)

        assert (place.kind, place.hosts, place.database, place.service) == (kind, hosts, database, service)
        assert place.tls == url.startswith("rediss")

    @pytest.mark.parametrize(
        "url",
        [
            "http://:s3cret@h",
            "s3cret@h",
            "redis:s3cret",
            "redis://:s3cret@a,b",
            "redis://:s3cret@h/x",
            "redis://:s3cret@h:70000",
            "redis://:s3cret@/0",
            "redis://a:s3cret/x@h",
            "redis+sentinel://:s3cret@h",
            "redis+cluster://:s3cret@h/3",
        ],
    )
    async def test_invalid_urls_are_rejected_without_repeating_the_password(self, url):
        with pytest.raises(ValueError, match="Valkey URL") as refused:
            valkey.connect(url)

        assert "s3cret" not in str(refused.value)
        assert refused.value.__cause__ is None
