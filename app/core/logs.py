"""Logging: one JSON line per event and per request, or readable lines in development.

Logs never contain secrets sent by clients, nor characters that a terminal would interpret (`app.core.printable`).
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

import msgspec
import structlog

from app.core.printable import printable, printable_json

if TYPE_CHECKING:  # the command line logs without the runtime, which takes longer to import
    from accord.runtime import RequestContext

_encode = msgspec.json.Encoder().encode
_LINE = (
    b'{"time":"%b.%06dZ","request":"%b","method":"%b","path":%b,"operation":%b,'
    b'"status":%d,"us":%d,"client":%b,"principal":%b,"limit":%b}\n'
)


def configure(*, readable: bool) -> None:
    """Configure structlog and the standard library's logging: JSON lines on standard error, or readable lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        structlog.processors.ExceptionRenderer() if not readable else structlog.processors.StackInfoRenderer(),
    ]
    if readable:
        shared.append(_printable_event)  # the other values are written as Python literals, which are escaped
        renderer: Any = structlog.dev.ConsoleRenderer(
            timestamp_key="time",
            colors=use_colour(terminal=sys.stderr.isatty()),
            repr_native_str=True,
            exception_formatter=_write_traceback,
        )
    else:
        renderer = structlog.processors.JSONRenderer(serializer=_serialize)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def use_colour(*, terminal: bool) -> bool:
    """Whether to write in colour: on a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return terminal and not os.environ.get("NO_COLOR")


def _serialize(event: Any, **options: Any) -> str:  # noqa: ANN401 - as structlog calls it
    return printable_json(json.dumps(event, **options))


def _printable_event(_: object, __: str, event: dict[str, Any]) -> dict[str, Any]:
    event["event"] = printable(str(event["event"]))
    return event


def _write_traceback(file: TextIO, error: tuple[type[BaseException], BaseException, TracebackType | None]) -> None:
    """Write a plain traceback: structlog's own contain local variables, and so tokens and passwords.

    It is indented, so that no line of an error message can pass for a line of the log.
    """
    lines = "".join(traceback.format_exception(*error)).split("\n")
    file.write("".join(f"\n    {printable(line)}" for line in lines if line))


def _limit(header: bytes) -> bytes:
    """`RateLimit: "address";r=599;t=1` as JSON: the limit that was checked last, what remains, seconds until all does."""
    return b'{"name":%b}' % header.replace(b";r=", b',"remaining":').replace(b";t=", b',"reset":')


class RequestLog:
    """One line per request, buffered on the event loop and written by a thread four times a second.

    A slow reader of the log never blocks the event loop: beyond `most` buffered lines, lines are dropped and counted. A kill -9
    loses the last 250 ms. `file` is a file descriptor; with None no lines are written, but errors are logged. Why not
    `QueueListener`: docs/adr/0025-request-log-lines-are-written-in-batches.md.
    """

    def __init__(self, file: int | None, name: Callable[[Any], object], *, most: int = 50_000) -> None:
        self._file, self._name, self._most = file, name, most
        self._lines: list[bytes] = []
        self._lost = 0
        self.dropped = 0  # lines since the start
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Future[None] | None = None
        self._second, self._timestamp = 0, b""
        self._log = structlog.get_logger()

    def on_response(self, context: RequestContext, status: int) -> None:
        """Log a request. Status 499: the client disconnected before the response."""
        if self._file is None:
            return
        if len(self._lines) >= self._most:
            self._lost += 1
            self.dropped += 1
            return
        now = time.time()
        second = int(now)
        if second != self._second:
            self._second, self._timestamp = second, time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second)).encode()
        scope, operation, client = context.scope, context.operation, context.scope["client"]
        self._lines.append(
            _LINE
            % (
                self._timestamp,
                (now - second) * 1e6,
                context.id,
                scope["method"].encode(),
                _encode(scope["path"]),
                b'"%b"' % operation.id.encode() if operation is not None else b"null",
                status,
                (time.perf_counter() - context.started) * 1e6,
                _encode(client[0]) if client else b"null",
                _encode(self._name(context.principal)) if context.principal is not None else b"null",
                _limit(context.rate_limit_headers[1][1]) if context.rate_limit_headers else b"null",
            )
        )
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(0.25, self._flush)

    def on_error(self, context: RequestContext, error: Exception) -> None:
        """Log an unexpected exception with its traceback."""
        operation = context.operation
        self._log.error(
            "unexpected error",
            request=context.id.decode(),
            operation=operation.id if operation is not None else None,
            exc_info=error,
        )

    def close(self) -> None:
        """Write the buffered lines."""
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
        if not data.isascii() or b"\x7f" in data:
            data = printable_json(data.decode()).encode()
        self._write_all(data)

    def _write_all(self, data: bytes) -> None:
        while data and self._file is not None:
            data = data[os.write(self._file, data) :]


class ReadableRequestLog(RequestLog):
    """Readable lines, in colour on a terminal. The writing thread formats them from the JSON lines."""

    def _write_all(self, data: bytes) -> None:
        colour = self._file is not None and use_colour(terminal=os.isatty(self._file))
        lines = (_readable(msgspec.json.decode(line), colour=colour) for line in data.splitlines())
        super()._write_all("".join(f"{line}\n" for line in lines).encode())


_COLOURS = {2: 32, 3: 36, 4: 33, 5: 31}  # by class of status: green, cyan, yellow, red


def _readable(line: dict[str, Any], *, colour: bool) -> str:
    if "status" not in line:
        return f"{line['lost_lines']} log lines were dropped"
    status, code = line["status"], _COLOURS.get(line["status"] // 100)
    return "  ".join(
        (
            line["time"][11:19],
            f"\x1b[{code}m{status}\x1b[0m" if colour and code else str(status),
            f"{line['method']:<6} {printable(line['path'])}",
            f"{line['us'] / 1000:.1f} ms",
            f"user {line['principal']}" if line["principal"] is not None else "anonymous",
            line["request"],
            *([line["trace"]] if "trace" in line else []),
        )
    )
