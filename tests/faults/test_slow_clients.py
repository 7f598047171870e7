"""A thousand clients that are slow, silent or never read: their cost to the server and to other clients."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from tests.bench.services import cpu_seconds
from tests.faults.conftest import Record
from tests.support.databases import Template
from tests.support.paths import ROOT
from tests.support.servers.service import Server

pytestmark = [pytest.mark.slow, pytest.mark.sensitive]

ALL = "SLOW_CLIENTS_SECONDS" in os.environ
SECONDS = float(os.environ.get("SLOW_CLIENTS_SECONDS", "2"))
MOST_MB = 50  # that they may cost
KINDS = ("half-open", "heads", "bodies", "chunks", "upgrades", "trailers", "reads", "pipelines")
CLIENTS = [*((kind, 1000) for kind in KINDS), ("pipelines", 40), ("trailers of 3 MB", 4), ("trailers of 60 MB", 1)]
# Each worker treats its own clients alike. With a supervisor, those that cost the most time and memory may cost a worker.
COSTLY = [("pipelines", 1000), ("trailers of 60 MB", 1)]


@pytest.fixture(scope="module")
def one_worker(sqlite_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on SQLite."""
    folder = tmp_path_factory.mktemp("one")
    with Server(sqlite_template.copy(folder), log=folder / "log") as server:
        yield server


@pytest.fixture(scope="module")
def two_workers(postgres_template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a supervisor, on PostgreSQL."""
    folder = tmp_path_factory.mktemp("two")
    database = postgres_template.copy(folder)
    with Server(database, workers=2, log=folder / "log") as server:
        yield server
    postgres_template.drop(database)


class Watch:
    """Another client that sends requests continuously, and the server's memory meanwhile."""

    def __init__(self, server: Server) -> None:
        self.slowest, self.answers, self.peak = 0.0, 0, 0.0
        self._server, self._pids, self._over = server, server.pids(), threading.Event()
        self._threads = [threading.Thread(target=self._ask), threading.Thread(target=self._measure)]

    def memory(self) -> float:
        """Of all workers, in MB, what they share counted once (PSS)."""
        lines = [line for pid in self._pids for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024

    def _ask(self) -> None:
        while not self._over.is_set():
            began = time.perf_counter()
            connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=30)
            connection.request("GET", "/api/v1/user-profiles?page_size=1")
            assert connection.getresponse().status == 200
            connection.close()
            self.slowest, self.answers = max(self.slowest, time.perf_counter() - began), self.answers + 1
            time.sleep(0.01)

    def _measure(self) -> None:
        while not self._over.is_set():
            self.peak = max(self.peak, self.memory())
            time.sleep(0.2)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()


@pytest.mark.parametrize(("kind", "connections"), CLIENTS)
def test_clients_that_hold_what_they_can(one_worker: Server, kind, connections, record: Record):
    attack(one_worker, kind, connections, record)


@pytest.mark.parametrize(("kind", "connections"), CLIENTS if ALL else COSTLY)
def test_clients_of_two_workers(two_workers: Server, kind, connections, record: Record):
    attack(two_workers, kind, connections, record)


def attack(server: Server, kind: str, connections: int, record: Record) -> None:
    """Watch what clients of one kind cost."""
    finding = record(f"{connections:,} slow clients: {kind}, {server.workers} {'worker' if server.workers == 1 else 'workers'}")
    with Watch(server) as alone:
        time.sleep(0.5)
    before = alone.memory()

    program = "tests.faults.support.slow_clients"
    command = [sys.executable, "-m", program, str(server.port), kind, str(connections), str(SECONDS)]
    busy = sum(map(cpu_seconds, server.pids()))
    with Watch(server) as watch, subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as clients:
        said, _ = clients.communicate(timeout=60)
    busy = sum(map(cpu_seconds, server.pids())) - busy
    time.sleep(0.5)

    closed = json.loads(said.splitlines()[-1])["closed"]
    finding.remark = (
        f"memory {before:.0f} MB, {watch.peak - before:+.0f} meanwhile, {alone.memory() - before:+.0f} after; slowest of"
        f" {watch.answers} other answers {watch.slowest * 1e3:.0f} ms (before: {alone.slowest * 1e3:.0f}); {closed:,} closed;"
        f" server time {busy:.1f} s in {SECONDS:.0f}"
    )
    assert clients.returncode == 0
    assert watch.answers > 2 * SECONDS
    assert watch.peak - before < MOST_MB
    assert server.pids() == alone._pids  # noqa: SLF001 - no worker was replaced
