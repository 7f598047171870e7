"""The guarded client, with real receivers on loopback (S87, S89)."""

from __future__ import annotations

import asyncio
import socket
import ssl

import pytest

from app.core.errors import RequestBlocked, RequestFailed
from app.core.http import client as client_module
from app.core.http.client import MAX_BODY, MAX_HEAD, GuardedClient
from tests.support.paths import ROOT
from tests.support.servers.receiver import Receiver, status

pytestmark = pytest.mark.anyio

CERTIFICATE = ROOT / "tests/support/servers/certificate.pem"


@pytest.fixture
def client():
    return GuardedClient(allow_private=True)


async def post(client, url):
    return await client.post(url, {"Content-Type": "application/json"}, b'{"a":1}')


class TestRequest:
    async def test_the_request_arrives_as_it_was_given(self, client):
        async with Receiver(status(202)) as receiver:
            assert await post(client, f"{receiver.url}?a=b") == 202

        [request] = receiver.requests
        assert (request.target, request.body) == ("/hook?a=b", b'{"a":1}')
        assert request.headers == {
            "host": f"127.0.0.1:{receiver.port}",
            "connection": "close",
            "content-length": "7",
            "content-type": "application/json",
        }

    async def test_a_redirect_is_not_followed(self, client):
        async with Receiver() as other, Receiver(status(307, f"Location: {other.url}")) as receiver:
            assert await post(client, receiver.url) == 307

        assert other.requests == []

    async def test_proxies_of_the_environment_are_not_used(self, client, monkeypatch):
        async with Receiver() as proxy, Receiver() as receiver:
            for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
                monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
            await post(client, receiver.url)

        assert (len(proxy.requests), len(receiver.requests)) == (0, 1)


class TestGuard:
    async def test_a_name_is_looked_up_once_and_the_checked_address_is_connected_to(self, client, monkeypatch):
        """DNS rebinding: a second answer would be another address."""
        names = []

        def rebinding(host, port, type=None):  # noqa: A002, ARG001 - as in the standard library
            names.append(host)
            address = "127.0.0.1" if len(names) == 1 else "127.0.0.2"
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

        async with Receiver() as receiver:
            with monkeypatch.context() as patch:
                patch.setattr(socket, "getaddrinfo", rebinding)
                assert await post(client, f"http://rebinding.example:{receiver.port}/") == 204

        assert names == ["rebinding.example"]
        assert receiver.requests[0].headers["host"] == f"rebinding.example:{receiver.port}"

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433"])
    async def test_nothing_is_sent_to_a_private_address(self, host):
        async with Receiver() as receiver:
            with pytest.raises(RequestBlocked):
                await post(GuardedClient(), f"https://{host}:{receiver.port}/")

            assert receiver.at_once == 0

    async def test_tls_is_verified_against_the_host_name(self, client, monkeypatch):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        async with Receiver(context=context) as receiver:
            with pytest.raises(RequestFailed, match="certificate is not valid"):
                await post(client, f"https://127.0.0.1:{receiver.port}/")
            monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
            trusting = GuardedClient(allow_private=True)

            assert await post(trusting, f"https://127.0.0.1:{receiver.port}/") == 204
            with pytest.raises(RequestFailed, match="certificate is not valid"):
                await post(trusting, f"https://localhost:{receiver.port}/")

        assert len(receiver.requests) == 1


class TestBounds:
    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch):
        monkeypatch.setattr(client_module, "TOTAL_SECONDS", 0.3)
        monkeypatch.setattr(client_module, "BODY_SECONDS", 0.1)

    async def test_a_response_that_does_not_come_in_time_is_a_failure(self, client):
        async with Receiver(delay=5) as receiver:
            with pytest.raises(RequestFailed, match="no response within"):
                await post(client, receiver.url)

    @pytest.mark.parametrize(
        "answer",
        [
            *(b"", b"HTTP/1.1 20", b"SSH-2.0-OpenSSH\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"a" * 10 * MAX_HEAD),
            b"HTTP/1.1 100 Continue\r\n\r\n" * (MAX_HEAD + MAX_BODY),
        ],
        ids=["nothing", "cut", "another protocol", "huge head", "endless information"],
    )
    async def test_anything_but_a_response_is_a_failure(self, client, answer):
        async with Receiver(answer) as receiver:
            with pytest.raises(RequestFailed):
                await post(client, receiver.url)

    async def test_a_huge_or_endless_body_is_not_read(self, client):
        huge = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n" + b"x" * 5_000_000
        endless = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"
        async with Receiver(huge, endless, delay=0) as receiver:
            assert [await post(client, receiver.url) for _ in range(2)] == [200, 200]

    async def test_a_closed_port_is_a_failure_that_names_no_address(self, client):
        async with Receiver() as receiver:
            pass

        with pytest.raises(RequestFailed, match=r"^The connection was refused\.$"):
            await post(client, receiver.url)

    async def test_requests_at_the_same_time_do_not_wait_for_each_other(self, client):
        async with Receiver(delay=5) as slow, Receiver() as quick:
            results = await asyncio.gather(post(client, slow.url), post(client, quick.url), return_exceptions=True)

        assert isinstance(results[0], RequestFailed)
        assert results[1] == 204
