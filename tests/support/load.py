"""Clients that keep a service busy during a test."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from email.message import Message
from itertools import count
from typing import Any, NamedTuple, Self
from uuid import uuid4

from tests.support.builders import new_user

MARGIN = 120.0  # timeout in seconds; an idle machine needs one or two


@contextmanager
def connected(port: int, tls: ssl.SSLContext | None = None) -> Iterator[http.client.HTTPConnection]:
    plain = http.client.HTTPConnection("127.0.0.1", port, timeout=MARGIN)
    encrypted = http.client.HTTPSConnection("127.0.0.1", port, timeout=MARGIN, context=tls)
    with closing(encrypted if tls else plain) as connection:
        yield connection


class Response(NamedTuple):
    """A response, read completely."""

    status: int
    headers: Message
    text: str


def ask(connection: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> Response:
    """Send a request and read the whole response. Underscores in the names of headers are hyphens."""
    data = None if body is None else json.dumps(body)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, data, sent if body is None else {"Content-Type": "application/json", **sent})
    answer = connection.getresponse()
    return Response(answer.status, answer.headers, answer.read().decode())


def person(username: str) -> dict[str, Any]:
    return new_user(username=username, email=f"{username}@example.com")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + MARGIN
    while not condition():
        assert time.monotonic() < deadline, "it does not come true"
        time.sleep(0.02)


class Load:
    """Clients with keep-alive connections, each sending 30 requests a second: reads, health checks and sign-ups in turn.

    Sign-ups have an Idempotency-Key.
    """

    _names = count()

    def __init__(self, port: int, clients: int, tls: ssl.SSLContext | None = None) -> None:
        self.statuses: Counter[int] = Counter()
        self.failures: list[str] = []
        self._port, self._tls, self._over = port, tls, threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        self.go_on(100)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def go_on(self, requests: int) -> None:
        """Wait for this many more responses."""
        enough = self.statuses.total() + requests
        wait_until(lambda: self.statuses.total() >= enough)

    def _ask(self) -> None:
        with connected(self._port, self._tls) as connection:
            for turn in count():
                if self._over.is_set():
                    return
                try:
                    if turn % 3 == 0:
                        name = f"user{next(self._names)}"
                        answer = ask(connection, "POST", "/api/v1/users", person(name), Idempotency_Key=str(uuid4()))
                    else:
                        answer = ask(connection, "GET", "/health" if turn % 3 == 1 else "/api/v1/posts")
                    self.statuses[answer.status] += 1
                except (OSError, http.client.HTTPException) as error:
                    self.failures.append(repr(error))
                    connection.close()
                time.sleep(0.03)
