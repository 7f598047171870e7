"""The answer's way to the network: head and body leave together, where uvicorn writes one after the other.

A second write is a second system call, a second packet and often a second awakening of the client. uvicorn also runs two
regular expressions over each header; here two passes over the whole head do the same.
"""

from __future__ import annotations

import asyncio
import string
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_TOKEN = (string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~").encode()  # of which names are made (RFC 9110, 5.6.2)
_CONTROLS = bytes(code for code in (*range(32), 127) if code != ord("\t"))  # which values never hold (RFC 9110, 5.5)

JOINED_BYTES = 16 * 1024  # a larger body is not copied behind its head: an unread answer of a page costs no memory
LINGER_SECONDS = 1.0  # for a refused client to stop sending


class Cycle(RequestResponseCycle):
    """One request and its answer. The head waits for the first part of the body, so a head alone is never sent.

    What is no complete answer of known length (a stream, an answer to HEAD, a faulty one) is left to uvicorn.
    """

    _head: Any = None  # the message that waits

    async def send(self, message: Any) -> None:  # noqa: ANN401 - an ASGI message
        """Take the application's next message."""
        if message["type"] == "http.response.start" and not self.response_started:
            self._head, self.response_started = message, True
            return
        head, self._head = self._head, None
        if head is not None:
            if message["type"] == "http.response.body" and not message.get("more_body", False) and self._writable():
                body = message.get("body", b"")
                text = self._text(head, len(body))
                if text is not None:
                    self._finish(text, body)
                    return
            self.response_started = False
            await super().send(head)
        await super().send(message)

    def _writable(self) -> bool:
        return not self.disconnected and not self.flow.write_paused

    def _text(self, head: Any, length: int) -> bytes | None:  # noqa: ANN401 - an ASGI message
        """The head as it is sent; None if uvicorn has to look at it."""
        names, parts, declared = [], [STATUS_LINE[head["status"]]], None
        for name, value in (*self.default_headers, *head.get("headers", ())):
            if name == b"content-length":
                declared = value
            elif name in (b"connection", b"transfer-encoding"):
                return None
            names.append(name)
            parts += (name, b": ", value, b"\r\n")
        parts.append(b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")
        text = b"".join(parts)
        breaks = len(names) + (2 if self.keep_alive else 3)
        sound = len(text.translate(None, _CONTROLS)) == len(text) - 2 * breaks and not b"".join(names).translate(None, _TOKEN)
        return text if sound and declared == b"%d" % length else None

    def _finish(self, head: bytes, body: bytes) -> None:
        """Write, and be done as uvicorn is done."""
        self.waiting_for_100_continue = False
        self.response_complete = True
        if len(body) > JOINED_BYTES:
            self.transport.write(head)
            self.transport.write(body)
        else:
            self.transport.write(head + body)
        self.message_event.set()
        if not self.keep_alive:
            self._end()
        self.on_response()

    def _end(self) -> None:
        """Close the connection."""
        self.transport.close()


class LastCycle(Cycle):
    """The answer to what the server refuses.

    The client may still send, and to close at once would reset the connection before it has read this.
    """

    def _end(self) -> None:
        self.transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self.transport.close)
