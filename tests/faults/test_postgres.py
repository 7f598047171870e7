"""PostgreSQL restarts, crashes, and cuts connections, while clients read and write."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from tests.faults.conftest import Record
from tests.faults.support.clients import DOCUMENTED, Load
from tests.support.databases import PostgresTemplate
from tests.support.servers.postgres import Postgres
from tests.support.servers.service import Server

pytestmark = [pytest.mark.slow, pytest.mark.sensitive]

# One connection of the service; one that is at work, if there is one.
CUT = """
SELECT pid, state, pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname LIKE 'copy%' ORDER BY (state = 'idle'), random() LIMIT 1
"""
CUTS = 60  # connections that are ended, each a hundredth of a second after the one before


@pytest.fixture(scope="module")
def own() -> Iterator[Postgres]:
    """A server to break, with fsync on."""
    with Postgres(durable=True) as server:
        yield server


@pytest.fixture(scope="module")
def database(own: Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    url = PostgresTemplate(own).copy(tmp_path_factory.mktemp("unused"))
    # A copied sequence believes that its next 32 numbers are in the log; after a crash it would give them out again.
    own.execute("CHECKPOINT")
    return url


def crash(server: Postgres) -> None:
    server.kill()
    server.start()


RESTARTS: dict[str, Callable[[Postgres], None]] = {"restarted": Postgres.restart, "killed and started": crash}


@pytest.mark.parametrize("how", RESTARTS)
def test_a_restart_of_postgresql_loses_no_write(how, own: Postgres, database: str, record: Record):
    finding = record(f"PostgreSQL {how}, clients with keys")

    with Server(database) as server, Load(server.url, posts=3, users=1, readers=3) as load:
        load.wait_for_writes(100)
        RESTARTS[how](own)
        load.wait_for_writes(100)

    load.report(finding, database)
    assert finding.lost == finding.duplicated == 0
    assert load.writes.keys() <= {"201", *DOCUMENTED}
    assert load.reads.keys() <= {"200"} if how == "restarted" else {"200", "503"}  # a crash is longer than anybody waits


def test_without_a_key_a_503_leaves_open_what_happened_and_a_201_does_not(own: Postgres, database: str, record: Record):
    finding = record("PostgreSQL killed and started, clients without keys")

    with Server(database) as server, Load(server.url, posts=4, readers=1, keys=False) as load:
        load.wait_for_writes(100)
        crash(own)
        load.wait_for_writes(100)

    load.report(finding, database)
    assert finding.lost == finding.duplicated == 0
    assert load.writes.keys() <= {"201", "503"}


def test_connections_that_are_cut_all_the_time_lose_no_write(own: Postgres, database: str, record: Record):
    finding = record(f"{CUTS} of PostgreSQL's connections cut, often within a transaction")
    states: list[str] = []

    with Server(database) as server, Load(server.url, posts=3, users=2, readers=3, pause=0) as load:
        while len(states) < CUTS:
            ended = own.execute(CUT)
            states += [row[1] for row in ended]
            time.sleep(0.01)
        load.wait_for_writes(100)

    load.report(finding, database)
    busy = sum(state != "idle" for state in states)
    finding.remark = f"{busy} of them at work"
    assert busy
    assert finding.lost == finding.duplicated == 0
    assert load.writes.keys() <= {"201", *DOCUMENTED}
    assert load.reads.keys() <= {"200", "503"}
