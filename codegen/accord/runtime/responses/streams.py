"""Bodies that are sent in parts: the handler's iterator runs only while the client listens, and is always closed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine
from contextlib import suppress
from typing import Any

from starlette.types import Message, Receive, Send

from accord.runtime.errors import ClientGone
from accord.runtime.responses.types import Event


class Stream:
    """The parts of one body. `at_once`: the head does not wait for the first of them. `begun`: the head has left."""

    def __init__(self, parts: AsyncIterable[Any], encode: Callable[[Any], bytes], *, at_once: bool = False) -> None:
        self._parts: AsyncIterator[Any] = aiter(parts)
        self._encode, self._at_once = encode, at_once
        self.begun = False

    async def _next(self) -> bytes | None:
        """The next part that is not empty; None at the end."""
        async for part in self._parts:
            if encoded := self._encode(part):
                return encoded
        return None

    async def send(self, start: Message, send: Send) -> None:
        """Send the whole answer, every part as soon as it is there."""
        part = b"" if self._at_once else await self._next()
        self.begun = True
        await send(start)
        while part is not None:
            await send({"type": "http.response.body", "body": part, "more_body": True})
            part = await self._next()
        await send({"type": "http.response.body", "body": b""})

    async def close(self) -> None:
        """End the iterator; one that has not begun does not begin."""
        if (close := getattr(self._parts, "aclose", None)) is not None:
            await close()


async def while_connected(work: Coroutine[Any, Any, None], receive: Receive) -> None:
    """Do the work; it is cancelled when the client leaves.

    Raises:
        ClientGone: the client left first.
    """
    working, gone = asyncio.create_task(work), asyncio.create_task(_gone(receive))
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        left = not working.done()
    finally:
        for task in (working, gone):
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):  # that of `working` is raised below
                await task
    if left:
        raise ClientGone
    working.result()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def event(given: Event | str) -> bytes:
    """One event as text/event-stream writes it (HTML Standard, 9.2.5).

    Raises:
        ValueError: a line break in a field that is one line.
    """
    sent = Event(data=given) if isinstance(given, str) else given
    fields = []
    for name, value in (("event", sent.event), ("id", sent.id), ("retry", sent.retry)):
        if value is not None:
            if any(control in str(value) for control in "\r\n\0"):
                raise ValueError(f"the field {name} of an event is one line")
            fields.append(f"{name}: {value}\n")
    lines = sent.data.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return ("".join(fields) + "".join(f"data: {line}\n" for line in lines) + "\n").encode()
