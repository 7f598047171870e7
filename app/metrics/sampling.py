"""Copies the numbers that the parts of a process keep to its slot, once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from uvicorn.server import ServerState

from app.core.database.usage import Usage
from app.core.logs import RequestLog
from app.metrics.families import FAMILIES
from app.metrics.memory import Key, Slot
from app.resources import Resources

SECONDS = 1.0

Samples = Iterator[tuple[Key, float]]


def of_resources(resources: Resources) -> Samples:
    """The metrics of the resources of a process: current values of gauges, and counters since its start."""
    passwords, cache = resources.passwords, resources.cache
    yield ("accord_password_hashes_waiting",), passwords.waiting
    yield ("accord_password_hashes_rejected_total",), passwords.rejected
    yield ("accord_cache_hits_total",), cache.hits
    yield ("accord_cache_misses_total",), cache.misses
    if resources.valkey is not None:
        yield ("accord_valkey_available",), resources.valkey.available
    for delivery, number in resources.deliveries.items():
        yield ("accord_deliveries_total", *delivery), number
    yield from _of_database("primary", resources.database.usage)
    if resources.replica is not resources.database:
        yield from _of_database("replica", resources.replica.usage)


def _of_database(name: str, usage: Usage) -> Samples:
    yield ("accord_database_connections", name), usage.open
    yield ("accord_database_connections_in_use", name), usage.in_use
    yield ("accord_database_waiting", name), usage.waiting
    yield ("accord_database_waits_total", name), usage.waits
    yield ("accord_database_wait_seconds_total", name), usage.wait_seconds


def of_log(log: RequestLog) -> Samples:
    """The metrics of the access log."""
    yield ("accord_log_lines_dropped_total",), log.dropped


def of_server(state: ServerState) -> Samples:
    """The metrics of the server."""
    yield ("http_server_active_requests",), len(state.tasks)
    yield ("http_server_open_connections",), len(state.connections)


class Sampler:
    """Copies samples into a slot. A counter continues from the value that the previous process of the slot reached."""

    def __init__(self, slot: Slot, samples: Callable[[], Samples]) -> None:
        self._slot, self._samples = slot, samples
        self._before: dict[Key, float] = {}
        for key, row in slot:
            if FAMILIES[key[0]].kind == "gauge":
                row[0] = 0

    async def run(self) -> None:
        """Sample until cancelled."""
        try:
            while True:
                self.sample()
                await asyncio.sleep(SECONDS)
        finally:
            self.sample()
            self._slot.leave()

    def sample(self) -> None:
        """Copy the samples once."""
        for key, value in self._samples():
            row = self._slot.row(*key)
            if FAMILIES[key[0]].kind == "gauge":
                row[0] = value
            else:
                row[0] += value - self._before.get(key, 0)
                self._before[key] = value
        self._slot.beat()
