"""The server on a real socket, byte by byte."""

from __future__ import annotations

import asyncio
import socket
from typing import NamedTuple

import msgspec

from tests.engine.operations import GetThing, ThingRow
from tests.engine.service import Observer

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

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._read = b""

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
        body, self._read = self._read[:length], self._read[length:]
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
        data = self._socket.recv(65536)
        if not data:
            raise EOFError(f"the server closed the connection after {self._read!r}")
        self._read += data


def is_problem(answer: Answer, status: int, code: str) -> None:
    problem = msgspec.json.decode(answer.body)
    assert answer.status == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(problem) == ["type", "title", "status", "detail", "code", "instance"]
    assert problem["type"] == f"/problems/{code}"
    assert problem["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert "date" in answer.headers
