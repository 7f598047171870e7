"""The HTTP protocol of a connection: uvicorn with httptools, made stricter (docs/adr/0004 and 0019).

Heads and trailers are limited in size; heads, bodies and unread responses in time; connections in number. The requests of a
connection are parsed and served one at a time. Input that is not HTTP receives a problem, like any other rejected request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from accord.errors import RequestRejected
from accord.server.connections import State
from accord.server.http_writer import Cycle, LastCycle
from accord.server.request_head import HEAD_BYTES, HEAD_TOO_LARGE, check_head, origin_form, parse_error
from accord.server.timeouts import Deadline, WriteTimeout

TRAILER_BYTES = 8 * 1024  # trailer fields, which are dropped, or chunk extensions between two bytes of the body
SMALL_CHUNKS = 1000  # chunks of a body; beyond that number they must contain CHUNK_BYTES on average
CHUNK_BYTES = 16
HEAD_SECONDS = 10.0  # from the first byte of a request to the end of its head
BODY_SECONDS = 60.0  # from the end of a head to the end of its body

_END = b"\r\n\r\n"  # the end of a head or of a chunked body; neither contains it before its end
_FRAMING = (b"content-length", b"transfer-encoding")

_TRAILERS_TOO_LARGE = RequestRejected(431, "The trailer fields or the chunk extensions are too large.")
_CHUNKS_TOO_SMALL = RequestRejected(400, "The chunks of the body are too small.")


class Reader(asyncio.BufferedProtocol):
    """The transport's protocol: it reads into one small buffer for all connections and passes the bytes to a `Protocol`."""

    def __init__(self, server_state: State, **extra: Any) -> None:  # noqa: ANN401 - uvicorn's arguments
        protocol = Protocol(server_state=server_state, **extra)
        self._buffer, self._received = server_state.buffer, protocol.data_received
        self.connection_made = protocol.connection_made  # type: ignore[assignment,method-assign]
        self.connection_lost = protocol.connection_lost  # type: ignore[method-assign]
        self.eof_received = protocol.eof_received  # type: ignore[method-assign]
        self.pause_writing = protocol.pause_writing  # type: ignore[method-assign]
        self.resume_writing = protocol.resume_writing  # type: ignore[method-assign]

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's
        """The buffer to read into."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes were received."""
        self._received(bytes(self._buffer[:nbytes]))


class Flow(FlowControl):
    """uvicorn's flow control, which also resumes reading whenever a handler asks for the body."""

    has_pending_bytes = False  # received but not parsed yet; until they are, nothing more is read

    def resume_reading(self) -> None:
        """Resume reading, unless bytes are pending."""
        if not self.has_pending_bytes:
            super().resume_reading()


class Protocol(HttpToolsProtocol):
    """One connection."""

    server_state: State
    flow: Flow
    _idle_since = 0.0  # the loop's time when the last response was written
    _pending = b""  # received, but parsed only after the current response
    _head_size = 0  # bytes of the current head
    _content_length = _body_left = 0  # Content-Length, and how much of such a body is still missing
    _body_size = _chunk_count = 0  # bytes and chunks of the current body so far
    _overhead = _trailer_size = 0  # bytes since the last byte of the body, and those of trailer fields
    _is_in_head = False
    _is_between = True  # between two requests: the next byte begins a head
    _has_begun = False  # a head began in the bytes that are being parsed
    _is_upgrade = False  # the head requested another protocol; llhttp stops at its end
    _is_resuming = False  # a substitute head is being parsed in place of the one at which llhttp stopped
    _is_rejected = False
    _key: Hashable | None = None  # under which the client's address is counted

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """A client has connected; its request must begin soon."""
        super().connection_made(transport)
        self.flow = Flow(transport)
        self._deadline, self._write_timeout = Deadline(self.loop, self._too_slow), WriteTimeout(self.loop, transport)
        self._key = self.server_state.open_connections.enter(self.client[0] if self.client else "")
        if self._key is None:
            self._is_rejected = True
            transport.abort()
            return
        transport.set_write_buffer_limits(0)
        self._deadline.start(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has disconnected."""
        self._deadline.stop()
        self._write_timeout.stop()
        self._unset_keepalive_if_required()
        self._pending = b""
        if self._key is not None:
            self.server_state.open_connections.leave(self._key)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes were received. Those after a rejected request are dropped."""
        if not self._is_rejected:
            self._pending += data
            self._parse_pending()

    def _parse_pending(self) -> None:
        """Parse what was received, up to the end of the request that is being served."""
        data, at, was_between, has_begun = self._pending, 0, self._is_between, False
        while at < len(data) and not self._is_rejected:
            if self._is_between and self.cycle is not None and (not self.cycle.response_complete or self.flow.write_paused):
                self._pending, self.flow.has_pending_bytes = data[at:], True
                self.flow.pause_reading()
                return
            at += self._parse(data[at : self._request_end(data, at)])
            has_begun = has_begun or self._has_begun
        self._pending = b""
        if self.flow.has_pending_bytes:
            self.flow.has_pending_bytes = False
            self.flow.resume_reading()
        if self._is_rejected:
            return
        if self.server_state.is_closing:
            self.close_after_response()
        if not self._deadline.is_running and (not self._is_between or (was_between and not has_begun)):
            self._deadline.start(BODY_SECONDS if not self._is_between and not self._is_in_head else HEAD_SECONDS)

    def _request_end(self, data: bytes, start: int) -> int:
        """How far to parse at once, so that no bytes of the next request are parsed with the current one."""
        if self._body_left:
            return start + self._body_left
        end = data.find(_END, start)
        return len(data) if end < 0 else end + len(_END)

    def _parse(self, data: bytes) -> int:
        """Parse bytes; returns how many were used."""
        was_between, body_size, used = self._is_between, self._body_size, len(data)
        self._has_begun = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as stopped:
            used = stopped.args[0]
            self._ignore_upgrade()
        except httptools.HttpParserError as error:
            self._reject(parse_error(error, data))
            return used
        if self._is_in_head:
            # If a head begins in these bytes, they may also contain the end of the message before it, which does not count.
            self._head_size += used if self._has_begun == was_between else 0
            if self._head_size > HEAD_BYTES:
                self._reject(HEAD_TOO_LARGE)
        elif not self._is_between and not self._has_begun:
            self._overhead = self._overhead + used if self._body_size == body_size else 0
            if self._overhead > TRAILER_BYTES:
                self._reject(_TRAILERS_TOO_LARGE)
        return used

    def _ignore_upgrade(self) -> None:
        """Read the body of a request that asks for another protocol as if it did not (RFC 9110 7.8).

        llhttp stops at the end of such a head and treats the rest as the other protocol. A new parser, which sees the same
        framing headers and nothing else, continues.
        """
        if self._is_rejected:
            return
        self._is_upgrade, self._is_resuming = False, True
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        framing = b"".join(b"%b: %b\r\n" % (name, value) for name, value in self.headers if name in _FRAMING)
        self.parser.feed_data(b"POST / HTTP/1.1\r\n%b\r\n" % framing)
        self._is_resuming = False

    def on_message_begin(self) -> None:
        """A request begins."""
        if self._is_resuming:
            return
        super().on_message_begin()
        self._is_in_head, self._is_between, self._has_begun = True, False, True
        self._head_size = self._content_length = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer field, which is dropped (RFC 9110 6.5.1)."""
        if not self._is_in_head:
            self._trailer_size += len(name) + len(value) + 4
            if name.lower() == b"connection":  # llhttp applies it and may not accept another request
                self.cycle.keep_alive = False
            if self._trailer_size > TRAILER_BYTES:
                self._reject(_TRAILERS_TOO_LARGE)
            return
        name, value = name.lower(), value.rstrip(b" \t")
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        elif name == b"content-length":
            self._content_length = int(value)
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is complete: check its size (it may have arrived at once), version, method and host."""
        if self._is_rejected or self._is_resuming:
            return
        self._deadline.stop()
        self._body_left = self._content_length
        self._body_size = self._chunk_count = self._overhead = self._trailer_size = 0
        method, hosts = self.parser.get_method(), self.server_state.hosts
        rejection = check_head(self.parser.get_http_version(), method, self.url, self.headers, hosts)
        if rejection is None and not self.url.startswith(b"/"):
            self.url, rejection = origin_form(self.url, self.headers, hosts)
        if rejection is None:
            self._is_upgrade = self.parser.should_upgrade()
            super().on_headers_complete()
        else:
            self.scope["method"] = method.decode()
            self._reject(rejection)
        self._is_in_head = False

    def on_chunk_header(self) -> None:
        """A chunk begins. Tiny chunks cost a thousand times more than the bytes they contain."""
        self._chunk_count += 1
        if self._chunk_count > SMALL_CHUNKS + self._body_size // CHUNK_BYTES:
            self._reject(_CHUNKS_TOO_SMALL)

    def on_body(self, body: bytes) -> None:
        """A part of the body; it is dropped if the response was already sent."""
        self._body_size += len(body)
        if self._body_left:
            self._body_left -= len(body)
        cycle = self.cycle
        if self._is_rejected or cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """The request is complete, unless llhttp skipped the body because of an upgrade."""
        if self._is_upgrade:
            return
        self._is_between, self._body_left = True, 0
        self._deadline.stop()
        if not self._is_rejected and not self.cycle.response_complete:
            self.cycle.more_body = False
            self.cycle.message_event.set()

    def on_response_complete(self) -> None:
        """A response was written; the next request is served."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._pending:
            self._parse_pending()
        else:
            self._idle_since = self.loop.time()
            if self.timeout_keep_alive_task is None:
                self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self._close_if_idle)

    def _close_if_idle(self) -> None:
        """Close an idle connection. One timer serves many requests."""
        self.timeout_keep_alive_task = None
        if self._pending or not self._is_between or not self.cycle.response_complete:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self._close_if_idle)
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        """The network does not accept the response; the client must read it soon."""
        super().pause_writing()
        self._write_timeout.start()

    def resume_writing(self) -> None:
        """The client has read everything."""
        super().resume_writing()
        self._write_timeout.stop()
        if self._pending and not self.transport.is_closing():
            self._parse_pending()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401 - an ASGI application
        # uvicorn creates instances of its own class and offers no other way to replace it.
        if type(cycle) is RequestResponseCycle:
            cycle.__class__ = Cycle
        super()._start_asgi_task(cycle, app)

    def close_after_response(self) -> None:
        """Close the connection after the response to the last received request, announced in that response."""
        if self.cycle is not None and not self._pending:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Close the connection after the request that has begun, even if only a part of its head was received."""
        if not self._is_in_head and not self._pending:
            super().shutdown()

    def _too_slow(self) -> None:
        if not self._is_between or self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def _reject(self, rejection: RequestRejected) -> None:
        """Respond to input that is not an acceptable request, after earlier requests; then close the connection."""
        if self._is_rejected or self.transport.is_closing():
            return
        self._is_rejected = True
        self._deadline.stop()
        before: RequestResponseCycle | None = self.cycle
        if before is not None and not before.response_complete and not self._is_in_head and not self._is_between:
            if self.pipeline or before.response_started:
                self.transport.close()
                return
            before.disconnected = True  # it waits for a body that will not come
            before.message_event.set()
            before = None
        app = self.server_state.reject(rejection)
        self.cycle = self._last_cycle()
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, app)
        else:
            self.pipeline.appendleft((self.cycle, app))
        self.flow.has_pending_bytes = False
        self.flow.resume_reading()

    def _last_cycle(self) -> LastCycle:
        scope = {**self.scope, "method": self.scope.get("method", ""), "path": self.scope.get("path", ""), "headers": []}
        return LastCycle(
            scope=scope,  # type: ignore[arg-type]  # as much as is known
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=False,
            on_response=self.on_response_complete,
        )
