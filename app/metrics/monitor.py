"""The metrics of a process: it counts in its own slot, and serves the metrics of all processes."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cached_property, partial

from uvicorn.server import ServerState

from app.core.logs import RequestLog
from app.metrics import backlog, sampling
from app.metrics.families import is_current
from app.metrics.memory import Key, Memory, Slot
from app.metrics.observer import RequestMetrics
from app.metrics.sampling import Sampler, Samples
from app.metrics.server import application, serving
from app.metrics.totals import request_counts
from app.resources import Resources


class Monitor:
    """The metrics of this process, and the server of those of all processes that share the memory and the sockets."""

    def __init__(self, memory: Memory, sockets: Sequence[socket.socket]) -> None:
        self._memory, self._sockets = memory, sockets
        self._log: RequestLog | None = None

    @cached_property
    def slot(self) -> Slot:
        """Claimed when the process serves: it may have been forked since the application was made."""
        slot = self._memory.claim()
        if not all(is_current(key, row) for key, row in slot):  # its previous process ran another version
            slot.clear()
        return slot

    def observer(self, log: RequestLog) -> RequestMetrics:
        """Counts requests, and passes them on to the log."""
        self._log = log
        return RequestMetrics(lambda: self.slot, log)

    @asynccontextmanager
    async def running(
        self, resources: Resources, server: Callable[[], ServerState | None] = lambda: None
    ) -> AsyncIterator[None]:
        """Sample and serve for the duration of the context. `server` returns the state of the server, once it serves."""

        def samples() -> Samples:
            yield from sampling.of_resources(resources)
            if self._log is not None:
                yield from sampling.of_log(self._log)
            if (state := server()) is not None:
                yield from sampling.of_server(state)

        async def read() -> Mapping[Key, float]:
            sampler.sample()  # so that its own metrics are as recent as the backlog
            return await backlog.read(resources.database, resources.now())

        resources.request_counts = partial(request_counts, self._memory)
        sampler, app = Sampler(self.slot, samples), application(self._memory, read)
        task = asyncio.create_task(sampler.run())
        try:
            async with serving(app, self._sockets):
                yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
