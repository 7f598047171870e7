"""How a serving process begins and ends: it listens, it drains, it finishes what it has begun."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Generator, Sequence
from types import FrameType

import structlog
import uvicorn
from uvicorn.lifespan.on import LifespanOn, LifespanSendMessage
from uvicorn.server import HANDLED_SIGNALS

from accord.runtime.fastapi import OpenAPIApp
from accord.server.connections import Connections, Hosts
from accord.server.http_protocol import Protocol, Reader, State

_UNHEARD = logging.getLogger(f"{__name__}.unheard")
_UNHEARD.disabled = True

GRACE_SECONDS = 10  # for requests under way, when nothing new is accepted any more
UNSENT_BYTES = 64 * 1024  # that the kernel takes of answers beyond what is on its way; by itself it would take megabytes
OTHER_FILES = 256  # what a process has open beside connections of clients

_log = structlog.get_logger()


def listen(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of a host, bound and not yet listening; who connects is refused until somebody serves.

    Raises:
        OSError: the address is in use, or is none of this machine.
    """
    sockets: list[socket.socket] = []
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, kind, protocol, _, address in dict.fromkeys(found):
        try:
            listening = socket.socket(family, kind, protocol)
        except OSError as error:
            if error.errno == errno.EAFNOSUPPORT and len(found) > 1:  # a machine without IPv6 that knows of it
                continue
            raise
        sockets.append(listening)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # connections inherit it
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        port = sockets[0].getsockname()[1] or port  # with port 0, the one that the first got
        try:
            listening.bind((address[0], port, *address[2:]))
        except OSError as error:
            raise OSError(error.errno, f"cannot listen on {host or 'any address'} port {port}: {error.strerror}") from error
    return sockets


class Lifespan(LifespanOn):
    """uvicorn's, which keeps why the application did not start, instead of logging it as text."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.failure: BaseException | None = None

    async def startup(self) -> None:
        """Start the application."""
        heard, self.logger = self.logger, _UNHEARD
        await super().startup()
        self.logger = heard

    async def send(self, message: LifespanSendMessage) -> None:
        """Take what the application says."""
        if message["type"] == "lifespan.startup.failed":
            self.failure = sys.exc_info()[1]  # Starlette says so while it handles the exception
        await super().send(message)


class Server(uvicorn.Server):
    """uvicorn's, with a drain before its end.

    The first SIGTERM or SIGINT sets `draining` (readiness then says 503); for `drain_seconds` everything is still accepted
    and answered, each answer being the last of its connection. A second signal ends the drain. Then the listening socket
    closes and requests under way are finished.
    """

    server_state: State

    def __init__(
        self,
        config: uvicorn.Config,
        state: State,
        draining: asyncio.Event,
        drain_seconds: float,
        line: socket.socket | None = None,
    ) -> None:
        super().__init__(config)
        self.server_state = state
        self._draining, self._seconds, self._line = draining, drain_seconds, line
        self._signals = 0
        self._retiring = False
        self._over: float | None = None  # when the drain is
        self._hurry = False

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Until the process ends: a late second signal shall not make a failure of a good end."""
        if self._line is None and threading.current_thread() is threading.main_thread():
            for number in HANDLED_SIGNALS:
                signal.signal(number, self.handle_exit)
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002 - as uvicorn has it
        """Take a signal; the next tick acts on it. While requests are finished, SIGINT ends even that."""
        self._signals += 1
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application and listen. Raises what the application raises."""
        try:
            await super().startup(sockets)
        except SystemExit:
            if isinstance(self.lifespan, Lifespan) and self.lifespan.failure is not None:
                raise self.lifespan.failure from None
            raise

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether to stop accepting now."""
        over = await super().on_tick(counter)
        if self._line is not None:
            self._talk(self._line, well=counter % 10 == 0)
        if self._signals:
            self._drain()
            self._hurry = self._signals > 1
        gone = self._retiring and not self.server_state.connections
        return over or self._hurry or gone or (self._over is not None and time.monotonic() >= self._over)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the listening sockets and finish what has begun."""
        self.should_exit = self.server_state.closing = True
        await super().shutdown(sockets)

    def _talk(self, line: socket.socket, *, well: bool) -> None:
        """Tell the supervisor that this worker is well, and hear what it wants; see `accord.server.supervisor`."""
        with contextlib.suppress(OSError):  # full because nobody reads, or broken
            if well:
                line.send(b".")
        try:
            words = line.recv(64)
        except BlockingIOError:
            return
        except OSError:
            words = b""
        if b"r" in words:
            self._retire()
        if b"d" in words or not words:
            self._drain()
        self._hurry = self._hurry or b"x" in words

    def _drain(self) -> None:
        if not self._draining.is_set():
            self._draining.set()
            self._retiring = False
            self._say_goodbye()

    def _retire(self) -> None:
        """Others accept what comes now, so readiness stays as it is; the clients of this process are sent to them."""
        if self._over is None:
            self._retiring = True
            for listening in self.servers:
                listening.close()
            self._say_goodbye()

    def _say_goodbye(self) -> None:
        self.server_state.closing = True
        for connection in self.server_state.connections:
            if isinstance(connection, Protocol):
                connection.say_goodbye()
        self._over = time.monotonic() + self._seconds


def serve(  # noqa: PLR0913 - each is one fact
    app: OpenAPIApp,
    sockets: list[socket.socket],
    *,
    draining: asyncio.Event,
    drain_seconds: float,
    trusted_proxies: Sequence[str] = (),
    connections: Connections | None = None,
    hosts: Hosts | None = None,
    line: socket.socket | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, or until the supervisor at the other end of `line` says so; see `Server`.

    Requests under way are finished first (at most 10 s), then the process exits with 0. Behind proxies of these addresses or
    networks, the client is the rightmost address of X-Forwarded-For that is none of them; what anybody else says of
    themselves is not believed. By default connections are not limited in number, and every well-formed `OpenAPIApp` is served.
    """
    if line is None:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # before it serves
    else:
        line.settimeout(0)
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
    state = State(app.engine.reject, connections, hosts)
    _allow_files(state.counted)
    server = Server(config, state, draining, drain_seconds, line)
    with server.capture_signals():  # from now on none ends it in the middle of a step
        server.run(sockets)


def _allow_files(connections: Connections) -> None:
    """Allow this process as many open files as it may have, and no more connections than that."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard != resource.RLIM_INFINITY and connections.most > (most := max(hard - OTHER_FILES, 1)):
        connections.most = most
        _log.warning("fewer connections are accepted than configured: the process may not open more files", connections=most)
