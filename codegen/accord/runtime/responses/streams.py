"""Streamed bodies: the handler's iterator runs only while the client is connected, and is always closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

from starlette.types import Message, Receive, Send

from accord.errors import ClientGone
from accord.runtime.responses.types import Event


class Stream:
    """The parts of one body. With `sends_head_first`, the head does not wait for the first part."""

    def __init__(self, parts: AsyncIterable[Any], encode: Callable[[Any], bytes], *, sends_head_first: bool = False) -> None:
        self._parts: AsyncIterator[Any] = aiter(parts)
        self._encode, self._sends_head_first = encode, sends_head_first
        self.has_started = False  # the head was sent

    async def _next(self) -> bytes | None:
        """The next part that is not empty; None at the end."""
        async for part in self._parts:
            if encoded := self._encode(part):
                return encoded
        return None

    async def send(self, start: Message, send: Send) -> None:
        """Send the whole response, each part as soon as it is available."""
        part = b"" if self._sends_head_first else await self._next()
        self.has_started = True
        await send(start)
        while part is not None:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            part = await self._next()
        await send({"type": "http.response.body", "body": b""})

    async def close(self) -> None:
        """Close the iterator; one that has not started never runs."""
        if (close := getattr(self._parts, "aclose", None)) is not None:
            await close()


async def while_connected(work: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Do the work, or cancel it when the client disconnects.

    Raises:
        ClientGone: the client disconnected first.
    """
    working, disconnecting = asyncio.create_task(work), asyncio.create_task(_disconnected(receive))
    try:
        await asyncio.wait((working, disconnecting), return_when=asyncio.FIRST_COMPLETED)
        is_gone = not working.done()
    finally:
        for task in (working, disconnecting):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):  # an error of `working` is raised below
                await task
    if is_gone:
        raise ClientGone
    working.result()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def encode_event(value: Event | str) -> bytes:
    """One event of a text/event-stream (HTML Standard, 9.2.5).

    Raises:
        ValueError: a line break in a field other than `data`.
    """
    event = Event(data=value) if isinstance(value, str) else value
    fields = []
    for name, field in (("event", event.event), ("id", event.id), ("retry", event.retry)):
        if field is not None:
            if any(control in str(field) for control in "\r\n\0"):
                raise ValueError(f"the field {name!r} of an event must be a single line")
            fields.append(f"{name}: {field}\n")
    lines = event.data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return ("".join(fields) + "".join(f"data: {line}\n" for line in lines) + "\n").encode()
