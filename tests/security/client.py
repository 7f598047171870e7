"""Requests to a running service, and what the checks look at in its responses."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import httpx2

from tests.codegen.server.wire import Answer, Connection

ORIGIN = "https://app.example"  # the only one whose pages may read responses
PROXY = "127.0.0.1"  # trusted: the checks choose the address of each client with X-Forwarded-For
UNTRUSTED = "127.0.0.9"
PATIENCE = 20.0  # seconds

numbers = itertools.count(1)


def fresh_address() -> str:
    """The address of a client that nobody had before."""
    number = next(numbers)
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def head(method: str, path: str, *lines: str, host: str = "127.0.0.1") -> bytes:
    """The head of a request of a new client, as bytes."""
    fields = (f"{method} {path} HTTP/1.1", f"Host: {host}", f"X-Forwarded-For: {fresh_address()}", *lines)
    return ("\r\n".join(fields) + "\r\n\r\n").encode("latin-1")


def bearer(tokens: dict[str, Any] | str) -> dict[str, str]:
    """The header of an access token, or of the one among new tokens."""
    token = tokens if isinstance(tokens, str) else tokens["access_token"]
    return {"Authorization": f"Bearer {token}"}


class Client:
    """Sends requests. Each comes from a new address if not told which."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.client = httpx2.Client(base_url=url, timeout=PATIENCE, limits=httpx2.Limits(max_connections=64))

    def send(self, method: str, path: str, *, address: str | None = None, **options: Any) -> httpx2.Response:
        """Send a request. Paths are within `/api/v1`, unless they begin with two slashes."""
        headers = httpx2.Headers(options.pop("headers", None))
        headers.setdefault("X-Forwarded-For", address or fresh_address())
        path = path.removeprefix("/") if path.startswith("//") else f"/api/v1{path}"
        return self.client.request(method, path, headers=headers, **options)

    def get(self, path: str, **options: Any) -> httpx2.Response:
        """GET."""
        return self.send("GET", path, **options)

    def post(self, path: str, json: object = None, **options: Any) -> httpx2.Response:
        """POST JSON."""
        return self.send("POST", path, json=json, **options)

    def put(self, path: str, json: object, **options: Any) -> httpx2.Response:
        """PUT JSON."""
        return self.send("PUT", path, json=json, **options)

    def patch(self, path: str, json: object, **options: Any) -> httpx2.Response:
        """PATCH JSON."""
        return self.send("PATCH", path, json=json, **options)

    def delete(self, path: str, **options: Any) -> httpx2.Response:
        """DELETE."""
        return self.send("DELETE", path, **options)

    @contextmanager
    def untrusted(self) -> Iterator[httpx2.Client]:
        """A client whose address is no trusted proxy."""
        transport = httpx2.HTTPTransport(local_address=UNTRUSTED)
        with httpx2.Client(base_url=self.url, transport=transport, timeout=PATIENCE) as client:
            yield client

    def raw(self, *parts: bytes) -> Answer:
        """The answer to bytes on a connection of their own."""
        with closing(Connection(self.client.base_url.port or 80)) as connection:
            with suppress(BrokenPipeError, ConnectionResetError):
                for part in parts:
                    connection.send(part)
            return connection.answer()


def code(response: httpx2.Response) -> tuple[int, str]:
    """The status and the code of a problem."""
    assert response.headers["Content-Type"] == "application/problem+json", response.text
    return response.status_code, str(response.json()["code"])


def same(response: httpx2.Response) -> tuple[int, dict[str, Any]]:
    """What two responses must have in common to be alike: all but the id of the request."""
    return response.status_code, {**json.loads(response.content), "instance": ""}
