"""Serves the metrics on separate sockets, on which all processes of a service accept connections."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager

import uvicorn
from prometheus_client.exposition import choose_encoder
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.metrics.exposition import Exposition
from app.metrics.memory import Key, Memory

PATH = "/metrics"


def application(memory: Memory, backlog: Callable[[], Awaitable[Mapping[Key, float]]]) -> ASGIApp:
    """An ASGI application that answers a scrape; the response to any other request is 404."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        response = Response(status_code=404)
        if request.url.path == PATH and request.method == "GET":
            encode, media_type = choose_encoder(request.headers.get("accept", ""))
            # Encoding some thousand lines takes milliseconds, during which requests must not wait.
            text = await asyncio.to_thread(encode, Exposition(memory, await backlog()))
            response = Response(text, headers={"Content-Type": media_type})
        await response(scope, receive, send)

    return app


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: the service has its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


@asynccontextmanager
async def serving(app: ASGIApp, sockets: Sequence[socket.socket]) -> AsyncIterator[None]:
    """Serve an application for the duration of the context."""
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        limit_concurrency=16,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve(list(sockets)))
    try:
        yield
    finally:
        server.should_exit = True
        await running
