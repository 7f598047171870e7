"""The HTTP server: uvicorn with httptools, made to refuse what it would otherwise take (see docs/adr/0004 and 0019).

Heads and trailers are bounded in size; heads, bodies and unread answers in time; connections in number. The requests of a
connection are parsed and answered one at a time. What is not HTTP is answered with a problem like everything else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from accord.runtime.errors import RequestRejected
from accord.server.connections import Connections, Hosts
from accord.server.http_writer import Cycle, LastCycle
from accord.server.request_head import HEAD_BYTES, HEAD_TOO_LARGE, judge, origin_form, unreadable

READ_BYTES = 16 * 1024  # taken from the network at once; so much of unparsed requests one connection may hold
TRAILER_BYTES = 8 * 1024  # trailer fields, which are dropped, or extensions of chunks between two bytes of the body
SMALL_CHUNKS = 1000  # chunks of a body, beyond which they have to hold CHUNK_BYTES on average
CHUNK_BYTES = 16
HEAD_SECONDS = 10.0  # from the first byte of a request to the end of its head
BODY_SECONDS = 60.0  # from the end of a head to the end of its body
WRITE_SECONDS = 30.0  # in which a client takes at least WRITE_BYTES of the answer that waits for it
WRITE_BYTES = 16 * 1024

_END = b"\r\n\r\n"  # of a head, and of a body in chunks; neither holds a second one before its own
_FRAMING = (b"content-length", b"transfer-encoding")

_TRAILERS = RequestRejected(431, "The trailer fields or the chunk extensions are too large.")
_CHUNKS = RequestRejected(400, "The chunks of the body are too small.")


class State(ServerState):
    """What all connections share."""

    def __init__(
        self,
        refuse: Callable[[RequestRejected], Any],
        connections: Connections | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        super().__init__()
        self.closing = False  # each answer is the last of its connection
        self.refuse = refuse  # the ASGI application that answers what is refused here
        self.counted = connections or Connections()
        self.hosts = hosts or Hosts()
        self.buffer = memoryview(bytearray(READ_BYTES))


class Reader(asyncio.BufferedProtocol):
    """What the transport speaks to: reads into one small buffer for all connections and hands the bytes to a `Protocol`."""

    def __init__(self, server_state: State, **extra: Any) -> None:  # noqa: ANN401 - as uvicorn makes it
        protocol = Protocol(server_state=server_state, **extra)
        self._buffer, self._received = server_state.buffer, protocol.data_received
        self.connection_made = protocol.connection_made  # type: ignore[assignment,method-assign]
        self.connection_lost = protocol.connection_lost  # type: ignore[method-assign]
        self.eof_received = protocol.eof_received  # type: ignore[method-assign]
        self.pause_writing = protocol.pause_writing  # type: ignore[method-assign]
        self.resume_writing = protocol.resume_writing  # type: ignore[method-assign]

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's
        """Where to read to."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Bytes arrived."""
        self._received(bytes(self._buffer[:nbytes]))


class Flow(FlowControl):
    """uvicorn's, which also reads on whenever a handler asks for the body."""

    holding = False  # bytes wait to be parsed: no more are read

    def resume_reading(self) -> None:
        """Read on, unless bytes wait."""
        if not self.holding:
            super().resume_reading()


class Protocol(HttpToolsProtocol):
    """One connection."""

    server_state: State
    flow: Flow
    _idle_since = 0.0  # of the loop's time: when the last answer was written
    _held = b""  # bytes that wait until the request before them is answered
    _size = 0  # of the head that is being read
    _declared = _length = 0  # Content-Length, and what of such a body is still to come
    _body = _chunks = 0  # bytes and chunks of the body that have come
    _overhead = _trailers = 0  # bytes since the last one of the body, and those of trailer fields
    _in_head = False
    _between = True  # requests: whatever comes next begins a head
    _begun = False  # a head, in the bytes that are being parsed
    _upgrade = False  # the head asked for another protocol; llhttp stops at its end
    _resuming = False  # a made-up head stands for the one at which llhttp stopped
    _refused = False
    _key: Hashable | None = None  # of the address, as it is counted
    _deadline: asyncio.TimerHandle | None = None
    _unread: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """A client is there; it must say something soon."""
        super().connection_made(transport)
        self.flow = Flow(transport)
        self._key = self.server_state.counted.enter(self.client[0] if self.client else "")
        if self._key is None:
            self._refused = True
            transport.abort()
            return
        transport.set_write_buffer_limits(0)
        self._deadline = self.loop.call_later(HEAD_SECONDS, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._in_time()
        self._taken()
        self._unset_keepalive_if_required()
        self._held = b""
        if self._key is not None:
            self.server_state.counted.leave(self._key)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes arrived. What follows a refusal is dropped."""
        if not self._refused:
            self._held += data
            self._advance()

    def _advance(self) -> None:
        """Parse what has come, up to the end of a request that is not answered yet."""
        data, at, between, began = self._held, 0, self._between, False
        while at < len(data) and not self._refused:
            if self._between and self.cycle is not None and (not self.cycle.response_complete or self.flow.write_paused):
                self._held, self.flow.holding = data[at:], True
                self.flow.pause_reading()
                return
            at += self._feed(data[at : self._end(data, at)])
            began = began or self._begun
        self._held = b""
        if self.flow.holding:
            self.flow.holding = False
            self.flow.resume_reading()
        if self._refused:
            return
        if self.server_state.closing:
            self.say_goodbye()
        if self._deadline is None and (not self._between or (between and not began)):
            seconds = BODY_SECONDS if not self._between and not self._in_head else HEAD_SECONDS
            self._deadline = self.loop.call_later(seconds, self._too_slow)

    def _end(self, data: bytes, start: int) -> int:
        """How far to parse at once, so that no request is parsed with the one before it."""
        if self._length:
            return start + self._length
        end = data.find(_END, start)
        return len(data) if end < 0 else end + len(_END)

    def _feed(self, data: bytes) -> int:
        """Parse bytes; how many of them."""
        between, body, used = self._between, self._body, len(data)
        self._begun = False
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as stopped:
            used = stopped.args[0]
            self._go_on()
        except httptools.HttpParserError as error:
            self._refuse(unreadable(error, data))
            return used
        if self._in_head:
            # Before a head that begins here may stand the end of the message before it, which is not counted.
            self._size += used if self._begun == between else 0
            if self._size > HEAD_BYTES:
                self._refuse(HEAD_TOO_LARGE)
        elif not self._between and not self._begun:
            self._overhead = self._overhead + used if self._body == body else 0
            if self._overhead > TRAILER_BYTES:
                self._refuse(_TRAILERS)
        return used

    def _go_on(self) -> None:
        """Read the body of a request that asks for another protocol, as if it did not (RFC 9110, 7.8).

        llhttp stops at the end of such a head and takes what follows for the other protocol. A parser that was told of the
        same framing, and of nothing else, reads on.
        """
        if self._refused:
            return
        self._upgrade, self._resuming = False, True
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        framing = b"".join(b"%b: %b\r\n" % (name, value) for name, value in self.headers if name in _FRAMING)
        self.parser.feed_data(b"POST / HTTP/1.1\r\n%b\r\n" % framing)
        self._resuming = False

    def on_message_begin(self) -> None:
        """A request begins."""
        if self._resuming:
            return
        super().on_message_begin()
        self._in_head, self._between, self._begun, self._size, self._declared = True, False, True, 0, 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header. Trailer fields come here too: they are no headers, and are dropped (RFC 9110, 6.5.1)."""
        if not self._in_head:
            self._trailers += len(name) + len(value) + 4
            if name.lower() == b"connection":  # llhttp has heeded it, and may take nothing more
                self.cycle.keep_alive = False
            if self._trailers > TRAILER_BYTES:
                self._refuse(_TRAILERS)
            return
        name, value = name.lower(), value.rstrip(b" \t")
        if name == b"expect" and value.lower() == b"100-continue":
            self.expect_100_continue = True
        elif name == b"content-length":
            self._declared = int(value)
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is complete: judge its size, which may have come in one piece, its version, its method and its host."""
        if self._refused or self._resuming:
            return
        self._in_time()
        self._length, self._body, self._chunks, self._overhead, self._trailers = self._declared, 0, 0, 0, 0
        method, hosts = self.parser.get_method(), self.server_state.hosts
        refusal = judge(self.parser.get_http_version(), method, self.url, self.headers, hosts)
        if refusal is None and not self.url.startswith(b"/"):
            self.url, refusal = origin_form(self.url, self.headers, hosts)
        if refusal is None:
            self._upgrade = self.parser.should_upgrade()
            super().on_headers_complete()
        else:
            self.scope["method"] = method.decode()
            self._refuse(refusal)
        self._in_head = False

    def on_chunk_header(self) -> None:
        """A chunk begins. Tiny ones cost a thousand times what they bring."""
        self._chunks += 1
        if self._chunks > SMALL_CHUNKS + self._body // CHUNK_BYTES:
            self._refuse(_CHUNKS)

    def on_body(self, body: bytes) -> None:
        """A part of the body; of a request that is answered already it is dropped."""
        self._body += len(body)
        if self._length:
            self._length -= len(body)
        cycle = self.cycle
        if self._refused or cycle.response_complete:
            return
        cycle.body += body
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()

    def on_message_complete(self) -> None:
        """The request is complete, unless llhttp has left out the body because of an upgrade."""
        if self._upgrade:
            return
        self._between, self._length = True, 0
        self._in_time()
        if not self._refused and not self.cycle.response_complete:
            self.cycle.more_body = False
            self.cycle.message_event.set()

    def on_response_complete(self) -> None:
        """An answer is on its way: the next request has its turn."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.flow.read_paused:
            self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        elif self._held:
            self._advance()
        else:
            self._idle_since = self.loop.time()
            if self.timeout_keep_alive_task is None:
                self.timeout_keep_alive_task = self.loop.call_later(self.timeout_keep_alive, self._idle_for_long)

    def _idle_for_long(self) -> None:
        """Close a connection on which nothing happens; one timer for many requests."""
        self.timeout_keep_alive_task = None
        if self._held or not self._between or not self.cycle.response_complete:
            return
        left = self._idle_since + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self._idle_for_long)
        else:
            self.transport.close()

    def pause_writing(self) -> None:
        """The network does not take the answer: give the client some time."""
        super().pause_writing()
        self._watch_unread()

    def resume_writing(self) -> None:
        """The client has taken everything."""
        super().resume_writing()
        self._taken()
        if self._held and not self.transport.is_closing():
            self._advance()

    def _watch_unread(self) -> None:
        self._unread = self.loop.call_later(WRITE_SECONDS, self._unread_for_long, self.transport.get_write_buffer_size())

    def _unread_for_long(self, before: int) -> None:
        if before - self.transport.get_write_buffer_size() < WRITE_BYTES:
            self._unread = None
            self.transport.abort()
        else:
            self._watch_unread()

    def _taken(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:  # noqa: ANN401 - an ASGI application
        # uvicorn makes cycles of this very class and leaves no other place to say that they are ours.
        if type(cycle) is RequestResponseCycle:
            cycle.__class__ = Cycle
        super()._start_asgi_task(cycle, app)

    def say_goodbye(self) -> None:
        """Close the connection with the answer to the last request that has come; a client that is told so loses nothing."""
        if self.cycle is not None and not self._held:
            self.cycle.keep_alive = False

    def shutdown(self) -> None:
        """Close the connection when what has begun is answered, be it half a head."""
        if not self._in_head and not self._held:
            super().shutdown()

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        self._deadline = None
        if not self._between or self.cycle is None or self.cycle.response_complete:
            self.transport.close()

    def _refuse(self, refusal: RequestRejected) -> None:
        """Answer, in its turn, what is no request; it is the last one of its connection."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        self._in_time()
        before: RequestResponseCycle | None = self.cycle
        if before is not None and not before.response_complete and not self._in_head and not self._between:
            if self.pipeline or before.response_started:
                self.transport.close()
                return
            before.disconnected = True  # it waits for a body that will not come
            before.message_event.set()
            before = None
        app = self.server_state.refuse(refusal)
        self.cycle = self._last_cycle()
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, app)
        else:
            self.pipeline.appendleft((self.cycle, app))
        self.flow.holding = False
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
