"""Writing of responses on real sockets: one write where possible, uvicorn's own path otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from uvicorn.config import Config

from accord.server.connections import State
from accord.server.http_protocol import Protocol

pytestmark = pytest.mark.anyio

REQUEST = b"%b / HTTP/1.1\r\nHost: here\r\nConnection: %b\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n"


def start(*headers: tuple[bytes, bytes], status: int = 200) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": list(headers)}


def body(data: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": data, "more_body": more}


LENGTH = (b"content-length", b"5")


@dataclass
class Server:
    """A server of one application; `writes` is what it has written."""

    port: int = 0
    writes: list[bytes] = field(default_factory=list)

    async def answer(self, method: bytes = b"GET", *, times: int = 1) -> bytes:
        """Everything that is answered to some requests, sent at once, of which the last ends the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(REQUEST % (method, b"keep-alive") * (times - 1) + REQUEST % (method, b"close"))
        received = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        await writer.wait_closed()
        return received


@asynccontextmanager
async def answering(*messages: dict[str, Any]) -> AsyncIterator[Server]:
    """A server that answers every request with these messages."""

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        for message in messages:
            await send(message)

    class Noting(Protocol):
        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            write = transport.write

            def note(data: Any) -> None:
                server.writes.append(bytes(data))
                write(data)

            transport.write = note

    server, state = Server(), State(lambda _: app)
    config = Config(app, access_log=False, log_config=None, ws="none")
    config.load()
    async with await asyncio.get_running_loop().create_server(lambda: Noting(config, state, {}), "127.0.0.1", 0) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        yield server


class TestACompleteAnswer:
    async def test_leaves_in_one_write(self):
        async with answering(start(LENGTH, (b"etag", b'"1"')), body(b"hello")) as server:
            received = await server.answer()

        assert received == HEAD + b'etag: "1"\r\nconnection: close\r\n\r\nhello'
        assert server.writes == [received]

    async def test_keeps_the_connection_for_the_next_one(self):
        async with answering(start(LENGTH), body(b"hello")) as server:
            received = await server.answer(times=3)

        assert received == (HEAD + b"\r\nhello") * 2 + HEAD + b"connection: close\r\n\r\nhello"
        assert len(server.writes) == 3

    async def test_may_be_empty(self):
        async with answering(start((b"content-length", b"0"), status=404), {"type": "http.response.body"}) as server:
            received = await server.answer()

        assert received == b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        assert len(server.writes) == 1


class TestAnyOtherAnswer:
    async def test_to_head_has_the_length_and_no_body(self):
        async with answering(start(LENGTH), body(b"")) as server:
            received = await server.answer(b"HEAD")

        assert received == HEAD + b"connection: close\r\n\r\n"

    async def test_of_unknown_length_is_chunked(self):
        async with answering(start(), body(b"hel", more=True), body(b"lo")) as server:
            received = await server.answer()

        assert received.endswith(b"transfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n")

    async def test_in_parts_is_whole(self):
        async with answering(start(LENGTH), body(b"hel", more=True), body(b"lo")) as server:
            received = await server.answer()

        assert received == HEAD + b"connection: close\r\n\r\nhello"

    async def test_ends_the_connection_if_the_application_requests_it(self):
        async with answering(start(LENGTH, (b"connection", b"close")), body(b"hello")) as server:
            received = await server.answer(times=2)

        assert received == HEAD + b"connection: close\r\n\r\nhello"


class TestAFaultyAnswer:
    @pytest.mark.parametrize(
        "header", [(b"etag", b"1\r\nset-cookie: a=b"), (b"etag", b"1\n"), (b"etag", b"\x00"), (b"e tag", b"1")]
    )
    async def test_with_a_header_that_is_none_is_never_sent(self, header):
        async with answering(start(LENGTH, header), body(b"hello")) as server:
            received = await server.answer()

        assert b"set-cookie" not in received
        assert b"hello" not in received

    @pytest.mark.parametrize("data", [b"hell", b"hello!"])
    async def test_of_another_length_than_announced_ends_the_connection(self, data):
        async with answering(start(LENGTH), body(data)) as server:
            received = await server.answer(times=2)

        assert received.count(b"HTTP/1.1") == 1

    async def test_without_a_body_ends_the_connection(self):
        async with answering(start(LENGTH)) as server:
            received = await server.answer(times=2)

        assert received == b""
