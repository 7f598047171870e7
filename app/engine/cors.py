"""Cross-origin requests (Fetch, 3.2): which origins' pages may read answers.

Not Starlette's middleware: it refuses a preflight in plain text, tells caches nothing of `Origin` when a stranger asks, and
costs every request 9 us, with an `Origin` or without.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = b"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_SENT = b"Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key"
_EXPOSED = b"ETag, Location, Retry-After, RateLimit, RateLimit-Policy, X-Request-ID"
_VARY = (b"vary", b"Origin")


class Cors:
    """Tells browsers which origins may read answers (Fetch, 3.2). Others get the same answers without permission.

    A preflight from a listed origin is told what is allowed and never refused: comparing is the browser's part.
    """

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self._app = app
        self._granted = {
            origin.encode(): [
                (b"access-control-allow-origin", origin.encode()),
                (b"access-control-expose-headers", _EXPOSED),
                _VARY,
            ]
            for origin in origins
        }
        self._preflight = [
            (b"access-control-allow-methods", _METHODS),
            (b"access-control-allow-headers", _SENT),
            (b"access-control-max-age", b"600"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look for a listed Origin, which most requests do not have. Caches must know that it was looked for."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        granted, asked = [_VARY], False
        for name, value in scope["headers"]:
            if name == b"origin":
                granted = self._granted.get(value, granted)
            elif name == b"access-control-request-method":
                asked = True
        if asked and len(granted) > 1 and scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": [*granted, *self._preflight]})
            await send({"type": "http.response.body", "body": b""})
            return

        async def send_granted(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *granted]
            await send(message)

        await self._app(scope, receive, send_granted)
