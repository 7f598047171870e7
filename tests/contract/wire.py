"""Requests as raw bytes on a socket, so that no client library corrects them."""

from __future__ import annotations

import contextlib
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self

from tests.contract.contract import Operation
from tests.support.resources import resource_data

# The id that no row has; so a valid request does nothing, whatever its operation.
NOBODY = "9007199254740991"


@dataclass(frozen=True)
class Answer:
    """A response; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        """Its problem document."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def code(self) -> str:
        """The problem's code, or an empty string."""
        return str(self.problem["code"]) if self.status >= 400 else ""


@dataclass(frozen=True)
class Request:
    """A request, and variants of it."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None

    @classmethod
    def of(cls, operation: Operation, token: str | None = None, **values: str) -> Self:
        """A request that the document allows, with the document's example as its body; it names nobody if not told whom."""
        path = re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], NOBODY), operation.path)
        request = cls(operation.method, path)
        if token is not None and operation.reads_token:
            request = request.having("Authorization", f"Bearer {token}")
        for media, example in list(operation.examples.items())[:1]:
            request = replace(request.having("Content-Type", media), body=json.dumps(example).encode())
        return request

    @classmethod
    def on_rows(cls, operation: Operation, token: str | None = None, **values: str) -> Self:
        """The same for rows that exist, with a body that can be sent repeatedly."""
        ids = {name: resource_data("IDS").get(name, "1") for name in operation.of("path")}
        request = cls.of(operation, token, **{**ids, **values})
        fresh = resource_data("BODIES").get(operation.id)
        return request if fresh is None else request.saying(json.dumps(fresh()).encode())

    def having(self, name: str, value: str | None) -> Self:
        """The same with another header; None removes it."""
        headers = {known: text for known, text in self.headers.items() if known != name}
        return replace(self, headers=headers if value is None else {**headers, name: value})

    def asking(self, query: str) -> Self:
        """The same with a query."""
        return replace(self, query=query)

    def saying(self, body: bytes | None) -> Self:
        """The same with another body."""
        return replace(self, body=body)

    @property
    def bytes(self) -> bytes:
        """The bytes to send."""
        target = f"{self.path}?{self.query}" if self.query else self.path
        lines = [f"{self.method} {target} HTTP/1.1", "Host: localhost", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body is not None and "Transfer-Encoding" not in self.headers:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + (self.body or b"")

    def send(self, port: int) -> Answer:
        """Send it and read the whole response, even if the service rejects it before reading everything."""
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            received = b""
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(self.bytes)
            with contextlib.suppress(ConnectionResetError):
                while chunk := connection.recv(65_536):
                    received += chunk
        head, _, body = received.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
        return Answer(int(status.split(" ")[1]), headers, b"".join(_chunks(body)) if "transfer-encoding" in headers else body)


def _chunks(body: bytes) -> Iterator[bytes]:
    """The content of a body in the coding `chunked`."""
    while body:
        size, _, rest = body.partition(b"\r\n")
        yield rest[: int(size, 16)]
        body = rest[int(size, 16) + 2 :]
