"""Requests with bodies of every media type, for the tests of how they are read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.testclient import TestClient

from tests.codegen.support.service import Answer, echo, raw_call

BOUNDARY = "x-7"
FORM = "application/x-www-form-urlencoded"


def service(content: str, *, required: bool = True, head: str = "", **settings: Any) -> TestClient:
    """An echo service of POST /p whose request body has this `content`, in the flow style of YAML."""
    body = f"{{required: {str(required).lower()}, content: {content}}}"
    return echo(
        f"  /p:\n    post:\n      operationId: post\n      requestBody: {body}\n"
        "      responses: {'200': {description: Yes., content: {application/json: {schema: {}}}}}\n",
        head=head,
        **settings,
    )


def post(client: TestClient, content_type: str, *chunks: bytes) -> Answer:
    """Send a body as these chunks."""
    return raw_call(client.app, "POST", "/p", [(b"content-type", content_type.encode())], chunks or (b"",))


def part(content: bytes | str, *headers: str, name: str = "a", filename: str | None = None) -> bytes:
    """One part of a multipart body, up to the next boundary."""
    named = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename is not None else "")
    return raw_part(content, f"Content-Disposition: {named}", *headers)


def raw_part(content: bytes | str, *headers: str) -> bytes:
    """A part with these headers and no other."""
    raw = content.encode() if isinstance(content, str) else content
    return b"".join(header.encode() + b"\r\n" for header in headers) + b"\r\n" + raw


def multipart(parts: Iterable[bytes]) -> bytes:
    """A whole multipart body."""
    return b"".join(f"--{BOUNDARY}\r\n".encode() + one + b"\r\n" for one in parts) + f"--{BOUNDARY}--\r\n".encode()


def post_parts(client: TestClient, *parts: bytes) -> Answer:
    """Send a `multipart/form-data` body of these parts."""
    return post(client, f"multipart/form-data; boundary={BOUNDARY}", multipart(parts))


def faults(answer: Answer) -> list[tuple[str, str]]:
    """Pointer and code of each fault of a 422."""
    assert answer.status == 422, (answer.status, answer.body)
    return [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]]
