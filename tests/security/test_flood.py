"""S67: sign-ins far beyond what the service can check, for one account and for many."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.security.client import fresh_address
from tests.security.service import running

pytestmark = [pytest.mark.slow, pytest.mark.alone]

SECONDS = 4.0
PARALLEL = 64  # sign-ins at the same time
MEMORY_KIB = 19 * 1024  # of one hash, the production default
MOST_GROWTH = 150 << 20  # bytes


@pytest.fixture
def service(template, tmp_path):
    """A hash takes a tenth of a second, so that a few clients are a flood. Its addresses are many, so they have no limit."""
    settings = {
        "PASSWORD_MEMORY_KIB": str(MEMORY_KIB),
        "PASSWORD_PASSES": "8",
        "PASSWORD_THREADS": "1",
        "PASSWORD_QUEUE": "16",
        "ADDRESS_LIMIT": "0",
    }
    with running(template, tmp_path, **settings) as service:
        yield service


def resident(service):
    """Bytes of memory of all serving processes."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in service.server.pids())
    return pages * 4096


def test_s67_a_flood_of_sign_ins_leaves_reads_and_the_owner_alone(service, capsys):
    """Reads are answered, memory is bounded, the excess gets 429 or 503 with Retry-After, and the owner can sign in."""
    owner, home = service.sign_up(), fresh_address()
    service.sign_in(owner.username, address=home)
    before, over = resident(service), threading.Event()
    statuses: Counter[int] = Counter()
    refused, latencies = [], []

    def attack():
        while not over.is_set():
            response = service.try_to_sign_in(owner.username, "a-wrong-password-7", address=fresh_address())
            statuses[response.status_code] += 1
            if response.status_code in (429, 503):
                refused.append(response.headers.get("Retry-After", ""))

    def read():
        while not over.is_set():
            began = time.perf_counter()
            assert service.get("/posts", address=fresh_address()).status_code == 200
            latencies.append(time.perf_counter() - began)
            time.sleep(0.01)

    with ThreadPoolExecutor(PARALLEL + 1) as pool:
        running_ = [pool.submit(read), *(pool.submit(attack) for _ in range(PARALLEL))]
        try:
            time.sleep(SECONDS / 2)
            service.wait(lambda: service.try_to_sign_in(owner.username, address=home).status_code == 201, "the owner's sign-in")
            time.sleep(SECONDS / 2)
        finally:
            over.set()
        for one in running_:
            one.result()

    grown = resident(service) - before
    p99 = sorted(latencies)[int(len(latencies) * 0.99)]
    with capsys.disabled():
        counts = ", ".join(f"{number} times {status}" for status, number in sorted(statuses.items()))
        load = sum(statuses.values()) / statuses[401]
        what = f"reads: {len(latencies)}, p99 {1000 * p99:.0f} ms; memory +{grown >> 20} MiB"
        print(f"\nflood at {load:.0f} times the capacity: {counts}; {what}")  # noqa: T201 - for people
    assert set(statuses) <= {401, 429, 503}
    assert refused
    assert all(value.isdecimal() and int(value) > 0 for value in refused)
    assert grown < MOST_GROWTH
