"""S67: sign-ins far beyond what the service can check, for one account and for many."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.security.client import fresh_address
from tests.security.service import Service, User, running

pytestmark = [pytest.mark.slow, pytest.mark.alone]

SECONDS = 3.0
PARALLEL = 64  # sign-ins at the same time
MEMORY_KIB = 19 * 1024  # of one hash, the production default
MOST_GROWTH = 150 << 20  # bytes


@pytest.fixture(scope="module")
def service(template, tmp_path_factory):
    """A hash takes a tenth of a second, so that a few clients are a flood. Its addresses are many, so they have no limit."""
    settings = {
        "PASSWORD_MEMORY_KIB": str(MEMORY_KIB),
        "PASSWORD_PASSES": "8",
        "PASSWORD_THREADS": "1",
        "PASSWORD_QUEUE": "16",
        "ADDRESS_LIMIT": "0",
    }
    with running(template, tmp_path_factory.mktemp("flood"), **settings) as service:
        yield service


def resident(service: Service) -> int:
    """Bytes of memory of all serving processes."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in service.server.pids())
    return pages * 4096


class Flood:
    """Sign-ins with wrong passwords, and one reader, until it is over."""

    def __init__(self, service: Service, identifiers: Iterator[str]) -> None:
        self._service, self._identifiers = service, identifiers
        self._over = threading.Event()
        self.statuses: Counter[int] = Counter()
        self.refused: list[str] = []  # what `Retry-After` says
        self.latencies: list[float] = []  # of reads

    def run(self, owner: User, home: str) -> None:
        """Flood the service; half way, the owner signs in."""
        with ThreadPoolExecutor(PARALLEL + 1) as pool:
            clients = [pool.submit(self._read), *(pool.submit(self._attack) for _ in range(PARALLEL))]
            try:
                time.sleep(SECONDS / 2)
                self._service.wait(
                    lambda: self._service.try_to_sign_in(owner.username, address=home).status_code == 201, "the owner's sign-in"
                )
                time.sleep(SECONDS / 2)
            finally:
                self._over.set()
            for client in clients:
                client.result()

    def _attack(self) -> None:
        while not self._over.is_set():
            response = self._service.try_to_sign_in(next(self._identifiers), "a-wrong-password-7", address=fresh_address())
            self.statuses[response.status_code] += 1
            if response.status_code in (429, 503):
                self.refused.append(response.headers.get("Retry-After", ""))

    def _read(self) -> None:
        while not self._over.is_set():
            began = time.perf_counter()
            assert self._service.get("/posts", address=fresh_address()).status_code == 200
            self.latencies.append(time.perf_counter() - began)
            time.sleep(0.01)

    def __str__(self) -> str:
        counts = ", ".join(f"{number} times {status}" for status, number in sorted(self.statuses.items()))
        p99 = sorted(self.latencies)[int(len(self.latencies) * 0.99)]
        return f"{counts}; reads: {len(self.latencies)}, p99 {1000 * p99:.0f} ms"


@pytest.mark.parametrize(
    "kind",
    [
        "one account",  # whose queue takes the attempts, so that few are checked
        "many accounts",  # so that no account delays them, and the queue of hashes is full
    ],
)
def test_s67_a_flood_of_sign_ins_leaves_reads_and_the_owner_alone(service, capsys, kind):
    """Reads are answered, memory is bounded, the excess gets 429 or 503 with Retry-After, and the owner can sign in."""
    owner, home = service.sign_up(), fresh_address()
    service.sign_in(owner.username, address=home)
    before = resident(service)
    sprayed = map("sprayed_{}".format, itertools.count())  # many threads may take the next one
    flood = Flood(service, itertools.repeat(owner.username) if kind == "one account" else sprayed)

    flood.run(owner, home)

    grown = resident(service) - before
    with capsys.disabled():
        print(f"\nflood of {kind}: {flood}; memory +{grown >> 20} MiB")  # noqa: T201 - for people
    assert set(flood.statuses) <= {401, 429, 503}
    assert flood.refused
    assert all(value.isdecimal() and int(value) > 0 for value in flood.refused)
    assert grown < MOST_GROWTH
