"""The HTTP server: uvicorn with httptools, made to refuse what it would otherwise take (see docs/adr/0004).

Heads are bounded in size, heads and bodies in time, and what is no HTTP is refused with a problem like everything else.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import msgspec
import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from app.engine.writing import Cycle

HEAD_BYTES = 32 * 1024  # request line and headers together
HEAD_SECONDS = 10.0  # from the first byte of a request to the end of its head
BODY_SECONDS = 60.0  # from the end of a head to the end of its body
LINGER_SECONDS = 1.0  # for a refused client to stop sending

_TOO_LARGE = (431, "Request header fields too large", "The request's headers are too large.")


_log = structlog.get_logger()


class State(ServerState):
    """What all connections share."""

    closing = False  # each answer is the last of its connection


class Protocol(HttpToolsProtocol):
    """One connection."""

    server_state: State
    _size = 0  # of the head that is being read
    _in_head = False
    _between = True  # requests: whatever comes next begins a head
    _begun = 0  # heads that began in the bytes that are being read
    _refused = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client is there; it must say something soon."""
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes arrived; count them while they belong to a head. What follows a refusal is dropped."""
        if self._refused:
            return
        between, self._begun, seconds = self._between, 0, HEAD_SECONDS
        super().data_received(data)
        if self._in_head:
            # Before a head that begins here may stand the body of the message before it, which is not counted.
            self._size += len(data) if self._begun == int(between) else 0
            if self._size > HEAD_BYTES:
                self._refuse(*_TOO_LARGE)
        elif not self._between:
            seconds = BODY_SECONDS
        elif not between:
            return
        if self._deadline is None and not self._refused:
            self._deadline = self.loop.call_later(seconds, self._too_slow)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._in_head, self._between, self._size = True, False, 0
        self._begun += 1

    def on_headers_complete(self) -> None:
        """The head is complete: judge its size, which may have come in one piece."""
        if self._refused:
            return
        self._in_time()
        hosts = sum(name == b"host" for name, _ in self.headers)
        if len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers) > HEAD_BYTES:
            self._refuse(*_TOO_LARGE)
        elif hosts > 1 or (not hosts and self.parser.get_http_version() == "1.1"):
            self._refuse(400, "Bad request", "The request needs exactly one Host header.")
        else:
            super().on_headers_complete()
        self._in_head = False

    def on_body(self, body: bytes) -> None:
        """A part of the body; of a refused request it is dropped."""
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is complete."""
        self._between = True
        self._in_time()
        if not self._refused:
            super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401 - an ASGI application
        # uvicorn makes cycles of this very class and leaves no other place to say that they are ours.
        cycle.__class__ = Cycle
        if self.server_state.closing:
            self.say_goodbye()
        super()._start_asgi_task(cycle, app)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP; uvicorn calls this."""
        self._refuse(400, "Bad request", msg)

    def say_goodbye(self) -> None:
        """Close the connection with the answer to the last request that has come; a client that is told so loses nothing."""
        if self.cycle is not None:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Close the connection when what has begun is answered, be it half a head."""
        if not self._in_head:
            super().shutdown()

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self._between or self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def _refuse(self, status: int, title: str, detail: str) -> None:
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._in_time()
        in_body = not self._in_head and not self._between
        if self.cycle is not None and in_body and not self.cycle.response_complete:
            if self.pipeline or self.cycle.response_started:
                self.transport.close()
                return
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        elif self.cycle is not None and not self.cycle.response_complete:
            self.cycle.keep_alive = False  # Those before it are answered; a word to this one would be taken for theirs.
            self.flow.resume_reading()
            return
        slug, request_id = title.lower().replace(" ", "-"), str(uuid.uuid4())
        _log.warning("refused before it was a request", status=status, detail=detail, request=request_id)
        body = msgspec.json.encode(
            {
                "type": f"/problems/{slug}",
                "title": title,
                "status": status,
                "detail": detail,
                "code": slug,
                "instance": f"urn:uuid:{request_id}",
            }
        )
        usual = b"".join(b"%b: %b\r\n" % header for header in self.server_state.default_headers)
        head = b"content-type: application/problem+json\r\ncontent-length: %d\r\nx-request-id: %b\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[status] + usual + head % (len(body), request_id.encode()) + body)
        # To close while the client still sends would reset the connection, and it might never read this.
        self.transport.write_eof()
        self.flow.resume_reading()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
