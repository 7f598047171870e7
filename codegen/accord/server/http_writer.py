"""Writes responses: head and body in one write, where uvicorn makes two.

A second write is a second system call, a second packet and often a second wake-up of the client. uvicorn also checks each
header with two regular expressions; here two passes over the whole head do the same.
"""

from __future__ import annotations

import asyncio
import string
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

_TOKEN = (string.ascii_letters + string.digits + "!#$%&'*+-.^_`|~").encode()  # characters of header names (RFC 9110 5.6.2)
_CONTROLS = bytes(code for code in (*range(32), 127) if code != ord("\t"))  # not allowed in values (RFC 9110 5.5)

JOINED_BYTES = 16 * 1024  # a larger body is not copied, so that an unread response costs no extra memory
LINGER_SECONDS = 1.0  # for the client of a rejected request to stop sending


class Cycle(RequestResponseCycle):
    """One request and its response. The head is held back until the first part of the body, and written together with it.

    Any response that is not complete and of known length (a stream, a response to HEAD, a malformed one) is left to uvicorn.
    """

    _head: Any = None  # the message that is held back

    async def send(self, message: Any) -> None:  # noqa: ANN401 - an ASGI message
        """Send the next message of the application."""
        if message["type"] == "http.response.start" and not self.response_started:
            self._head, self.response_started = message, True
            return
        head, self._head = self._head, None
        if head is not None:
            if message["type"] == "http.response.body" and not message.get("more_body", False) and self._can_write():
                body = message.get("body", b"")
                text = self._encode_head(head, len(body))
                if text is not None:
                    self._finish(text, body)
                    return
            self.response_started = False
            await super().send(head)
        await super().send(message)

    def _can_write(self) -> bool:
        return not self.disconnected and not self.flow.write_paused

    def _encode_head(self, head: Any, length: int) -> bytes | None:  # noqa: ANN401 - an ASGI message
        """The encoded head; None if uvicorn must handle it."""
        names, parts, content_length = [], [STATUS_LINE[head["status"]]], None
        for name, value in (*self.default_headers, *head.get("headers", ())):
            if name == b"content-length":
                content_length = value
            elif name in (b"connection", b"transfer-encoding"):
                return None
            names.append(name)
            parts += (name, b": ", value, b"\r\n")
        parts.append(b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n")
        text = b"".join(parts)
        line_count = len(names) + (2 if self.keep_alive else 3)
        has_controls = len(text.translate(None, _CONTROLS)) != len(text) - 2 * line_count
        is_valid = not has_controls and not b"".join(names).translate(None, _TOKEN)
        return text if is_valid and content_length == b"%d" % length else None

    def _finish(self, head: bytes, body: bytes) -> None:
        """Write the response and complete the cycle as uvicorn does."""
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
    """The response to a rejected request.

    The client may still be sending, so closing at once would reset the connection before the client has read the response.
    """

    def _end(self) -> None:
        self.transport.write_eof()
        asyncio.get_running_loop().call_later(LINGER_SECONDS, self.transport.close)
