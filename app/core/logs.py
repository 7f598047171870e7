"""Logs: one JSON line an event and a request. Nothing that a client sent as secret is ever in them."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

import msgspec
import structlog

_encode = msgspec.json.Encoder().encode
_LINE = (
    b'{"time":"%b.%06dZ","request":"%b","method":"%b","path":%b,"operation":%b,'
    b'"status":%d,"us":%d,"client":%b,"principal":%b}\n'
)


class Exchange(Protocol):
    """What a line tells of a request."""

    @property
    def id(self) -> bytes:
        """The request id."""

    @property
    def scope(self) -> Any:  # noqa: ANN401 - an ASGI scope
        """Method, path and client."""

    @property
    def started(self) -> float:
        """Of time.perf_counter()."""

    @property
    def operation(self) -> Any:  # noqa: ANN401 - has an `id`
        """The operation, once it is known."""

    @property
    def principal(self) -> Any:  # noqa: ANN401 - the service's own
        """Who asked, once it is known."""


def configure(*, readable: bool) -> None:
    """Send structlog and the standard library's log to standard error: JSON lines, or readable ones in development."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.ExceptionRenderer() if not readable else structlog.processors.StackInfoRenderer(),
    ]
    # Plain tracebacks: the coloured ones print local variables, and so the tokens and passwords among them.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer = console if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class RequestLog:
    """One line a request, collected on the loop and written by a thread four times a second.

    A slow reader of the log never stops the loop: beyond `most` waiting lines they are counted instead of kept.
    A kill -9 loses the lines of the last 250 ms. `file` is a descriptor; None writes no lines, faults are still logged.
    """

    def __init__(self, file: int | None, name: Callable[[Any], object], *, most: int = 50_000) -> None:
        self._file, self._name, self._most = file, name, most
        self._lines: list[bytes] = []
        self._lost = 0
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Future[None] | None = None
        self._second, self._stamp = 0, b""
        self._log = structlog.get_logger()

    def answered(self, exchange: Exchange, status: int) -> None:
        """Note a request; 499 says that the client left before the answer."""
        if self._file is None:
            return
        if len(self._lines) >= self._most:
            self._lost += 1
            return
        now = time.time()
        second = int(now)
        if second != self._second:
            self._second, self._stamp = second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)).encode()
        scope, operation, client = exchange.scope, exchange.operation, exchange.scope["client"]
        self._lines.append(
            _LINE
            % (
                self._stamp,
                (now - second) * 1e6,
                exchange.id,
                scope["method"].encode(),
                _encode(scope["path"]),
                b'"%b"' % operation.id.encode() if operation is not None else b"null",
                status,
                (time.perf_counter() - exchange.started) * 1e6,
                _encode(client[0]) if client else b"null",
                _encode(self._name(exchange.principal)) if exchange.principal is not None else b"null",
            )
        )
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(0.25, self._flush)

    def failed(self, exchange: Exchange, error: Exception) -> None:
        """Report a fault of the service with its stack."""
        operation = exchange.operation
        self._log.error(
            "the service was at fault",
            request=exchange.id.decode(),
            operation=operation.id if operation is not None else None,
            exc_info=error,
        )

    def close(self) -> None:
        """Write what still waits."""
        if self._timer is not None:
            self._timer.cancel()
        self._write(self._take())

    def _flush(self) -> None:
        loop = asyncio.get_running_loop()
        if self._writing is not None and not self._writing.done():
            self._timer = loop.call_later(0.25, self._flush)
            return
        self._timer = None
        self._writing = loop.run_in_executor(None, self._write, self._take())

    def _take(self) -> bytes:
        lines, self._lines = self._lines, []
        if self._lost:
            lines.append(b'{"lost_lines":%d}\n' % self._lost)
            self._lost = 0
        return b"".join(lines)

    def _write(self, data: bytes) -> None:
        while data and self._file is not None:
            data = data[os.write(self._file, data) :]
