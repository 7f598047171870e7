"""Timers that close the connections of clients that send or read too slowly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

WRITE_SECONDS = 30.0  # within which a client must read WRITE_BYTES of a response that waits for it
WRITE_BYTES = 16 * 1024


class Deadline:
    """A timer for one thing at a time: the head of a request, or its body."""

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        self._loop, self._callback = loop, callback
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        """Whether the timer was started and not stopped."""
        return self._timer is not None

    def start(self, seconds: float) -> None:
        """Call the callback after some seconds, unless stopped before."""
        self._timer = self._loop.call_later(seconds, self._expire)

    def stop(self) -> None:
        """Stop the timer if it is running."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _expire(self) -> None:
        self._timer = None
        self._callback()


class WriteTimeout:
    """Aborts the connection of a client that does not read the response."""

    def __init__(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        self._loop, self._transport = loop, transport
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to watch the write buffer."""
        self._timer = self._loop.call_later(WRITE_SECONDS, self._check, self._transport.get_write_buffer_size())

    def stop(self) -> None:
        """Stop watching: the client has read everything, or is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self, size_before: int) -> None:
        if size_before - self._transport.get_write_buffer_size() < WRITE_BYTES:
            self._timer = None
            self._transport.abort()
        else:
            self.start()
