"""An HTTP server on the loopback address that keeps the requests it gets and answers with raw bytes.

async with Receiver() as receiver:
    ...
    await receiver.wait_for(1)
"""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress
from types import TracebackType
from typing import NamedTuple, Self

NO_CONTENT = b"HTTP/1.1 204 No Content\r\n\r\n"


def status(number: int, *headers: str) -> bytes:
    """A response without a body."""
    return "\r\n".join([f"HTTP/1.1 {number} Any", "Content-Length: 0", *headers, "", ""]).encode()


class Received(NamedTuple):
    """A request; names of headers are in lower case."""

    target: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Keeps requests in `requests`. Answers `answers` one after the other, the last one for good, each after `delay` seconds.

    `at_once` is the highest number of requests that were open at the same time.
    """

    def __init__(self, *answers: bytes, delay: float = 0, context: ssl.SSLContext | None = None) -> None:
        self.answers, self.delay, self._context = list(answers) or [NO_CONTENT], delay, context
        self.requests: list[Received] = []
        self.open = self.at_once = 0
        self._arrived = asyncio.Event()
        self._handling: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._handle, "127.0.0.1", 0, ssl=self._context)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._handling:
            task.cancel()
        await asyncio.gather(*self._handling, return_exceptions=True)
        await asyncio.sleep(0)  # for transports to close

    async def wait_for(self, number: int) -> list[Received]:
        """The requests, as soon as there are so many."""
        async with asyncio.timeout(20):
            while len(self.requests) < number:
                self._arrived.clear()
                await self._arrived.wait()
        return self.requests

    async def _handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._handling.add(task)
        self.open += 1
        self.at_once = max(self.at_once, self.open)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            self.open -= 1
            self._handling.discard(task)
            writer.close()
            if task.cancelling():
                writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")[:-2]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.requests.append(Received(first.split(" ")[1], headers, body))
        self._arrived.set()
        await asyncio.sleep(self.delay)
        writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        await writer.drain()
