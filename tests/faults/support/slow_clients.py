"""Clients that hold what they can: `python -m tests.faults.support.slow_clients PORT KIND CONNECTIONS SECONDS`.

A program of its own, so that it takes no time from who measures the server meanwhile. They come one after the other, in the
first half of the time, a hundred from each address of the loopback network.
"""

from __future__ import annotations

import json
import resource
import socket
import sys
import time
from collections.abc import Callable, Iterator
from itertools import chain, repeat

PER_ADDRESS = 100
PAUSE = 0.5  # between two pieces of a slow client
FULL_PAUSE = 0.1  # of a fast one, when the network takes no more

_HOST = b"Host: x\r\n"
_POST = b"POST /api/v1/sessions HTTP/1.1\r\n" + _HOST + b"Content-Type: application/json\r\n"
_GET = b"GET /openapi.json HTTP/1.1\r\n" + _HOST + b"\r\n"
_BODY = b'{"identifier":"nobody","password":"wrong-horse-9"}'
_CHUNKED = _POST + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n" % (len(_BODY), _BODY)
_MEGABYTE = b"a:b\r\n" * 200_000


def _bytes(data: bytes) -> Iterator[bytes]:
    return (bytes([byte]) for byte in data)


# What a client of each kind sends, piece after piece. It reads nothing.
KINDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "half-open": lambda: iter(()),
    "heads": lambda: chain([b"GET /health HTTP/1.1\r\n"], _bytes(_HOST + b"X-Slow: " + b"a" * 1000)),
    "bodies": lambda: chain([_POST + b"Content-Length: 1000\r\n\r\n"], repeat(b" ")),
    "chunks": lambda: chain([_POST + b"Transfer-Encoding: chunked\r\n\r\n"], repeat(b"1\r\n \r\n")),
    "reads": lambda: iter([_GET]),
    "pipelines": lambda: repeat(_GET * 500),
    "trailers": lambda: chain([_CHUNKED], repeat(b"X-Slow: a\r\n")),
    "trailers of 3 MB": lambda: chain([_CHUNKED], repeat(_MEGABYTE, 3), [b"\r\n"]),
    "trailers of 60 MB": lambda: chain([_CHUNKED], repeat(_MEGABYTE, 60)),
    "upgrades": lambda: chain([_POST + b"Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 1000\r\n\r\n"], repeat(b" ")),
}
# These send as fast as they can; the others wait.
FAST = {"pipelines", "trailers of 3 MB", "trailers of 60 MB"}


class Client:
    """One connection."""

    def __init__(self, port: int, kind: str, number: int) -> None:
        self.kind, self.pieces, self.waiting = kind, KINDS[kind](), b""
        self.next = 0.0  # of time.monotonic(): when it sends again
        self.socket = socket.create_connection(("127.0.0.1", port), source_address=(f"127.0.1.{number // PER_ADDRESS + 1}", 0))
        self.socket.setblocking(False)  # noqa: FBT003 - the standard library's

    def send(self) -> bool:
        """Send what is due; False if the server has closed the connection."""
        now = time.monotonic()
        if now < self.next:
            return True
        try:
            if self.kind not in FAST and self.socket.recv(1, socket.MSG_PEEK) == b"":
                return False
        except BlockingIOError:
            pass
        except OSError:
            return False
        self.waiting = self.waiting or next(self.pieces, b"")
        try:
            self.waiting = self.waiting[self.socket.send(self.waiting) :] if self.waiting else b""
        except BlockingIOError:
            self.next = now + FULL_PAUSE
        except OSError:
            return False
        if self.kind not in FAST:
            self.next = now + PAUSE
        return True


def main(port: int, kind: str, connections: int, seconds: float) -> None:
    """Hold on for some time; print how many connections the server has closed meanwhile."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    began = time.monotonic()
    clients: list[Client] = []
    opened = closed = 0
    while (passed := time.monotonic() - began) < seconds:
        while opened < connections and opened / connections <= passed / seconds * 2:
            clients.append(Client(port, kind, opened))
            opened += 1
        still = [client for client in clients if client.send()]
        closed += len(clients) - len(still)
        clients = still
        time.sleep(0.01)
    sys.stdout.write(json.dumps({"closed": closed}))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
