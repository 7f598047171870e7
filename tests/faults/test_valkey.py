"""Valkey, which counts the limits of all workers, dies or hangs."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import Record
from tests.faults.support.clients import Client, Load, wait_until
from tests.support.databases import Template
from tests.support.servers.service import Server
from tests.support.servers.valkey import Valkey

pytestmark = [pytest.mark.slow, pytest.mark.sensitive]

WORKERS = 2
PLENTY = 1_000_000  # a limit that is counted and never reached

# How it goes, and how it comes back.
FAULTS: dict[str, tuple[Callable[[Valkey], None], Callable[[Valkey], None]]] = {
    "killed": (Valkey.kill, Valkey.start),
    "hung": (Valkey.pause, Valkey.resume),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_no_request_fails_without_valkey(fault, sqlite_template: Template, tmp_path: Path, record: Record):
    finding = record(f"Valkey {fault}, {WORKERS} workers")
    url = sqlite_template.copy(tmp_path)
    log = tmp_path / "server.log"
    begin, end = FAULTS[fault]

    def times(event: str) -> int:
        return log.read_text().count(f'"event": "{event}"')

    def asked(server: Server) -> bool:
        """On new connections at the same time, some of which another worker accepts: those of the load may all be one's."""

        def ask(_: int) -> bool:
            with Client(server.url) as client:
                return client.send("GET", "/api/v1/posts").status == "200"

        with ThreadPoolExecutor(16) as pool:
            return all(pool.map(ask, range(16)))

    with Valkey() as valkey:
        limits: dict[str, Any] = {"ADDRESS_LIMIT": str(PLENTY), "ACCOUNT_LIMIT": str(PLENTY)}
        with (
            Server(tmp_path / "accord.db", workers=WORKERS, REDIS_URL=valkey.url, **limits) as server,
            Load(server.url, posts=2, readers=2) as load,
        ):
            load.wait_for_reads(200)
            before = load.seconds("read")
            begin(valkey)
            load.wait_for_reads(400)
            wait_until(lambda: asked(server) and times("valkey unavailable") == WORKERS, "that each worker sees it")
            load.wait_for_reads(200)
            meanwhile = load.seconds("read")[len(before) :]
            end(valkey)
            wait_until(lambda: times("valkey available again") == WORKERS, "that each worker sees it back")
            load.wait_for_reads()
            with Client(server.url) as client:
                assert (
                    int(client.send("GET", "/api/v1/posts").headers["ratelimit"].partition("r=")[2].partition(";")[0]) < PLENTY
                )
        out, back = times("valkey unavailable"), times("valkey available again")

    load.report(finding, url)
    (median, worst), (median_without, worst_without) = (
        (1000 * statistics.median(seconds), 1000 * max(seconds)) for seconds in (before, meanwhile)
    )
    finding.remark = f"ms of a read: median {median:.1f} -> {median_without:.1f}, worst {worst:.0f} -> {worst_without:.0f}"
    assert finding.lost == finding.duplicated == 0
    assert load.writes.keys() == {"201"}
    assert load.reads.keys() == {"200"}
    assert (out, back) == (WORKERS, WORKERS)
