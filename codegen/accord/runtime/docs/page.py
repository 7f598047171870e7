"""A page that is served over HTTP: created on its first request, then constant."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from accord.runtime.responses.etags import matches

# Of pages that run scripts of this server and call it.
INTERACTIVE = ("style-src 'self'", "script-src 'self'", "img-src 'self' data:", "connect-src 'self'")
# Of pages that are only read.
READABLE = ("style-src 'self'", "img-src 'self'")


def policy(*allowed: str) -> str:
    """A Content-Security-Policy that allows only the given directives."""
    return "; ".join(("default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"))


def headers(content_security_policy: str) -> dict[str, str]:
    """The headers of a page."""
    return {
        "cache-control": "no-cache",
        "content-security-policy": content_security_policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


class Page:
    """One constant body, as an ASGI application that supports GET, HEAD and `If-None-Match`.

    A file is read, and a function called, on the first request, in a thread; the result is kept, so that memory holds one copy
    even if many clients read slowly.
    """

    def __init__(self, body: bytes | Path | Callable[[], bytes], media_type: str, *allowed: str) -> None:
        self._body, self._media_type, self._headers = body, media_type, headers(policy(*allowed))
        self._etag = ""

    def _make(self) -> None:
        body = self._body
        content = body if isinstance(body, bytes) else body.read_bytes() if isinstance(body, Path) else body()
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = self._headers | {"etag": etag}
        self._full = Response(content, headers=headers, media_type=self._media_type)
        self._head = Response(headers=headers | {"content-length": str(len(content))}, media_type=self._media_type)
        self._not_modified = Response(status_code=304, headers=headers)
        self._etag = etag

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the body, its head, or a 304."""
        if not self._etag:
            await run_in_threadpool(self._make)
        tags = b",".join(value for name, value in scope["headers"] if name == b"if-none-match").decode("latin-1")
        if tags and matches(tags, self._etag):
            response = self._not_modified
        elif scope["method"] == "HEAD":
            response = self._head
        else:
            response = self._full
        await response(scope, receive, send)
