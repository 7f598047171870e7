"""A load generator that needs nothing: raw sockets on an event loop. An order as JSON comes in, the result as JSON goes out."""

from __future__ import annotations

import asyncio
import functools
import json
import re
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

_HEAD = re.compile(rb"HTTP/1\.1 ([0-9]{3}).*?\r\ncontent-length: ([0-9]+).*?\r\n\r\n", re.IGNORECASE | re.DOTALL)


@dataclass
class _Load:
    """What all connections share."""

    requests: Iterator[bytes]
    status: int
    stop: float = 0.0  # of time.perf_counter()
    latencies: list[float] = field(default_factory=list)
    unexpected: int = 0


class _Connection(asyncio.Protocol):
    """Sends a request, waits for its answer, sends the next."""

    def __init__(self, load: _Load) -> None:
        self._load, self._buffer = load, b""
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = _HEAD.match(self._buffer)
        if head is None or len(self._buffer) < head.end() + int(head[2]):
            return
        self._load.latencies.append(time.perf_counter() - self._sent)
        self._load.unexpected += int(head[1]) != self._load.status
        self._buffer = b""
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        if not self.over.done():
            self._load.unexpected += 1
            self.over.set_result(None)

    def _send(self) -> None:
        self._sent = time.perf_counter()
        if self._sent < self._load.stop:
            self._transport.write(next(self._load.requests))
        else:
            self.over.set_result(None)
            self._transport.close()


def _requests(text: str, first: int, last: int) -> Iterator[bytes]:
    while True:
        for number in range(first, last + 1):
            yield text.replace("{n}", str(number)).encode()


async def _run(order: dict[str, Any]) -> dict[str, float]:
    load = _Load(_requests(order["text"], order["first"], order["last"]), order["status"])
    began = time.perf_counter()
    load.stop = began + order["seconds"]
    loop = asyncio.get_running_loop()
    connect = functools.partial(loop.create_connection, functools.partial(_Connection, load), "127.0.0.1", order["port"])
    opened = [await connect() for _ in range(order["connections"])]
    await asyncio.gather(*(connection.over for _, connection in opened))
    seconds = time.perf_counter() - began
    cuts = statistics.quantiles(load.latencies, n=100)
    milliseconds = {"p50": cuts[49] * 1e3, "p99": cuts[98] * 1e3}
    return {"requests": len(load.latencies), "seconds": seconds, "unexpected": load.unexpected, **milliseconds}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_run(json.load(sys.stdin)))))
