"""The life of a serving process: it listens, drains, and finishes the requests in progress."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from types import FrameType

import structlog
import uvicorn
from uvicorn.lifespan.on import LifespanOn, LifespanSendMessage
from uvicorn.server import HANDLED_SIGNALS

from accord.runtime.fastapi import OpenAPIApp
from accord.server.connections import Connections, Hosts, State
from accord.server.http_protocol import Protocol, Reader
from accord.server.sockets import OTHER_FILES

_DISABLED_LOGGER = logging.getLogger(f"{__name__}.disabled")
_DISABLED_LOGGER.disabled = True

ARRIVAL_SECONDS = 0.1  # for requests on connections that clients have just opened
GRACE_SECONDS = 10  # for requests in progress, after new ones are no longer accepted

_log = structlog.get_logger()


class Lifespan(LifespanOn):
    """uvicorn's lifespan, which keeps the error that prevented the start instead of logging it as text."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.failure: BaseException | None = None

    async def startup(self) -> None:
        """Start the application."""
        logger, self.logger = self.logger, _DISABLED_LOGGER
        await super().startup()
        self.logger = logger

    async def send(self, message: LifespanSendMessage) -> None:
        """Receive a message of the application."""
        if message["type"] == "lifespan.startup.failed":
            self.failure = sys.exc_info()[1]  # sent by Starlette while it handles the exception
        await super().send(message)


class Server(uvicorn.Server):
    """uvicorn's server, which drains before it stops.

    The first SIGTERM or SIGINT sets `draining` (the readiness check then returns 503). For `drain_seconds`, requests are still
    accepted, and each response closes its connection. A second signal ends the drain. Then the listening sockets are closed and
    requests in progress are finished.
    """

    server_state: State

    def __init__(
        self,
        config: uvicorn.Config,
        state: State,
        draining: asyncio.Event,
        drain_seconds: float,
        control_socket: socket.socket | None = None,
    ) -> None:
        super().__init__(config)
        self.server_state = state
        self._draining, self._drain_seconds, self._control_socket = draining, drain_seconds, control_socket
        self._signals = 0
        self._is_retiring = False
        self._drain_end: float | None = None  # of time.monotonic()
        self._stop_now = False

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Handle signals until the process exits, so that a late second signal does not turn a clean exit into a failure."""
        if self._control_socket is None and threading.current_thread() is threading.main_thread():
            for number in HANDLED_SIGNALS:
                signal.signal(number, self.handle_exit)
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - uvicorn's signature
        """Record a signal; the next tick acts on it. SIGINT while requests are being finished stops at once."""
        self._signals += 1
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application and listen. Raises the error of the application if it does not start."""
        try:
            await super().startup(sockets)
        except SystemExit:
            if isinstance(self.lifespan, Lifespan) and self.lifespan.failure is not None:
                raise self.lifespan.failure from None
            raise

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second; returns whether to stop accepting connections."""
        should_stop = await super().on_tick(counter)
        if self._control_socket is not None:
            self._exchange_messages(self._control_socket, is_heartbeat_due=counter % 10 == 0)
        if self._signals:
            self._drain()
            self._stop_now = self._signals > 1
        is_retired = self._is_retiring and not self.server_state.connections
        is_drained = self._drain_end is not None and time.monotonic() >= self._drain_end
        return should_stop or self._stop_now or is_retired or is_drained

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the listening sockets and finish the requests in progress, also those that are on their way."""
        self.should_exit = self.server_state.is_closing = True
        # Closing a listening socket would reset the connections that wait in its queue.
        waiting = [] if self._is_retiring else [one for listening in sockets or () for one in _accept_all(listening)]
        for listening in (*self.servers, *(sockets or ())):
            listening.close()
        for connection in waiting:
            await asyncio.get_running_loop().connect_accepted_socket(self._protocol, connection)
        if self._drain_end is not None:
            await asyncio.sleep(ARRIVAL_SECONDS)
        await super().shutdown(sockets)

    def _protocol(self) -> asyncio.Protocol:
        """For a connection that this server has accepted itself, as uvicorn creates it for the others."""
        create: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        return create(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)

    def _exchange_messages(self, control_socket: socket.socket, *, is_heartbeat_due: bool) -> None:
        """Send the heartbeat to the supervisor and receive its commands; see `accord.server.supervisor`."""
        with contextlib.suppress(OSError):  # its buffer is full, or the connection is broken
            if is_heartbeat_due:
                control_socket.send(b".")
        try:
            commands = control_socket.recv(64)
        except BlockingIOError:
            return
        except OSError:
            commands = b""
        if b"r" in commands:
            self._retire()
        if b"d" in commands or not commands:
            self._drain()
        self._stop_now = self._stop_now or b"x" in commands

    def _drain(self) -> None:
        if not self._draining.is_set():
            self._draining.set()
            self._is_retiring = False
            self._close_after_responses()

    def _retire(self) -> None:
        """Stop accepting connections. Readiness is unchanged, because other workers accept them."""
        if self._drain_end is None:
            self._is_retiring = True
            for listening in self.servers:
                listening.close()
            self._close_after_responses()

    def _close_after_responses(self) -> None:
        self.server_state.is_closing = True
        for connection in self.server_state.connections:
            if isinstance(connection, Protocol):
                connection.close_after_response()
        self._drain_end = time.monotonic() + self._drain_seconds


def serve(  # noqa: PLR0913 - independent settings
    app: OpenAPIApp,
    sockets: list[socket.socket],
    *,
    draining: asyncio.Event,
    drain_seconds: float,
    trusted_proxies: Sequence[str] = (),
    connections: Connections | None = None,
    hosts: Hosts | None = None,
    control_socket: socket.socket | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, or until the supervisor, connected by `control_socket`, stops this worker; see `Server`.

    Requests in progress are finished first (at most 10 s), then the process exits with 0. `trusted_proxies` are addresses or
    networks: for a connection from one of them, the client is the rightmost other address in X-Forwarded-For. By default the
    number of connections is not limited, and every well-formed Host is served.
    """
    if control_socket is None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the server handles it
    else:
        control_socket.settimeout(0)
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http=Reader,  # type: ignore[arg-type]  # uvicorn only calls it
        ws="none",
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_keep_alive=30,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    config.load()
    config.lifespan_class = Lifespan
    state = app.state.server = State(app.engine.reject, connections, hosts)
    _raise_file_limit(state.open_connections)
    server = Server(config, state, draining, drain_seconds, control_socket)
    gc.freeze()  # what exists now lives as long as the process: collections need not look at it
    gc.enable()  # if it was off during the start
    with server.capture_signals():  # from here on, signals are handled between ticks
        server.run(sockets)


def _accept_all(listening: socket.socket) -> Iterator[socket.socket]:
    """The connections that wait in the queue of a listening socket."""
    listening.setblocking(False)  # noqa: FBT003 - it takes no keyword
    with contextlib.suppress(OSError):  # there is none, or no descriptor is left
        while True:
            yield listening.accept()[0]


def _raise_file_limit(connections: Connections) -> None:
    """Raise the limit of open files as far as allowed, and lower that of connections to match."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and connections.most > (most := max(hard - OTHER_FILES, 1)):
        connections.most = most
        _log.warning("accepting fewer connections than configured: the limit of open files is too low", connections=most)
