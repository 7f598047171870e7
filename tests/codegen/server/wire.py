"""The server on a real socket, byte by byte."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec
import uvicorn
from starlette.requests import Request
from starlette.responses import Response

from accord.runtime.fastapi import OpenAPIApp
from accord.server import http_protocol as server
from accord.server import lifecycle as life
from accord.server.connections import Connections, State
from tests.codegen.support.operations import GetThing, ThingRow, handlers
from tests.codegen.support.service import Observer, make_engine

OBSERVER = Observer()
HOST = b"Host: shelf\r\n"
THING = b"GET /v1/things/7 HTTP/1.1\r\n" + HOST
POST = b"POST /v1/things HTTP/1.1\r\n" + HOST + b"Authorization: Bearer writer\r\nContent-Type: application/json\r\n"
BODY = b'{"name":"lamp"}'


async def slow_thing(call: object, thing_id: int) -> GetThing.OK:  # noqa: ARG001 - as documented
    """A thousand thousandths a second."""
    await asyncio.sleep(thing_id / 1000 if thing_id < 1000 else 0)
    return GetThing.OK(ThingRow(thing_id, "lamp"), etag='"one"')


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Connection:
    """One connection to the server, in bytes."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=(source, 0))
        self._read = bytearray()
        self.pause = 0.0  # before each read

    def set_timeout(self, seconds: float) -> None:
        self._socket.settimeout(seconds)

    def send(self, data: bytes) -> Connection:
        self._socket.sendall(data)
        return self

    def answer(self, *, head_only: bool = False) -> Answer:
        """The next answer."""
        while b"\r\n\r\n" not in self._read:
            self._more()
        head, _, self._read = self._read.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = 0 if head_only else int(headers.get("content-length", 0))
        while len(self._read) < length:
            self._more()
        body, self._read = bytes(self._read[:length]), self._read[length:]
        return Answer(int(first.split()[1]), headers, body)

    def is_closed(self) -> bool:
        """Whether the server ends the connection without another word."""
        try:
            return not self._read and self._socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def close(self) -> None:
        self._socket.close()

    def _more(self) -> None:
        time.sleep(self.pause)
        data = self._socket.recv(65536)
        if not data:
            raise EOFError(f"the server closed the connection after {self._read!r}")
        self._read += data


@contextlib.contextmanager
def serving(
    connections: Connections | None = None,
    routes: Mapping[str, Callable[[Request], Awaitable[Response]]] | None = None,
    **service: Any,
) -> Iterator[int]:
    """The port of a running server, whose operation `getThing` takes its time."""
    app = OpenAPIApp(make_engine(handlers(get_thing=slow_thing), observer=OBSERVER, **service))
    for path, route in (routes or {}).items():
        app.add_route(path, route)
    config = uvicorn.Config(
        app,
        port=0,
        http=server.Reader,  # type: ignore[arg-type]  # uvicorn only calls it
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=2,
    )
    running = life.Server(config, State(app.engine.reject, connections), asyncio.Event(), 0)
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield running.servers[0].sockets[0].getsockname()[1]
    running.should_exit = True
    thread.join()


def is_problem(answer: Answer, status: int, code: str) -> None:
    problem = msgspec.json.decode(answer.body)
    assert answer.status == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(problem) == ["type", "title", "status", "detail", "code", "instance"]
    assert problem["type"] == f"/problems/{code}"
    assert problem["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert "date" in answer.headers
