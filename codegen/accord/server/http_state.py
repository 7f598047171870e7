"""What all connections of a server share, and the flow control of one connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.server import ServerState

from accord.errors import RequestRejected
from accord.server.connections import Connections, Hosts

READ_BYTES = 16 * 1024  # read from the network at once, which also bounds the unparsed requests of one connection


class State(ServerState):
    """What all connections share. `reject` returns the ASGI application that responds with a rejection."""

    def __init__(
        self,
        reject: Callable[[RequestRejected], Any],
        connections: Connections | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        super().__init__()
        self.is_closing = False  # every response is the last one of its connection
        self.reject = reject
        self.open_connections = connections or Connections()
        self.hosts = hosts or Hosts()
        self.buffer = memoryview(bytearray(READ_BYTES))


class Flow(FlowControl):
    """uvicorn's flow control, which also resumes reading whenever a handler asks for the body."""

    has_pending_bytes = False  # received but not parsed yet; until they are, nothing more is read

    def resume_reading(self) -> None:
        """Resume reading, unless bytes are pending."""
        if not self.has_pending_bytes:
            super().resume_reading()
