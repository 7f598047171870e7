"""The primary dies while clients write; Patroni makes the synchronous standby the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.faults.conftest import Record
from tests.faults.support.clients import DOCUMENTED, Load, wait_until
from tests.faults.support.patroni import TTL, Cluster, Node
from tests.support.databases import PostgresTemplate
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def database(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a migrated database, with all three hosts."""
    return PostgresTemplate(cluster.server).copy(tmp_path_factory.mktemp("unused"))


FAULTS: dict[str, tuple[Callable[[Cluster, Node], None], str]] = {
    "its server is killed": (lambda _, leader: leader.kill_postgres(), "Patroni's next look promoted the standby"),
    "its server is killed, and no standby had its last words": (Cluster.kill_leader_unheard, "they were not acknowledged"),
    "its machine is gone": (lambda _, leader: leader.kill(), f"the leader's key ends after {TTL} s, Patroni's least"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_acknowledged_is_lost_when_the_primary_dies(fault, cluster: Cluster, database: str, record: Record):
    finding = record(f"primary under Patroni: {fault}")
    kill, finding.remark = FAULTS[fault]
    cluster.heal()
    leader = cluster.leader

    with Server(database) as server, Load(server.url, posts=3, users=1, readers=2) as load:
        load.wait_for_writes(200)
        kill(cluster, leader)
        wait_until(lambda: cluster.has_passed_on(leader), "another leader")  # some writes only wait, and none need see a 503
        load.wait_for_writes(200)

    load.report(finding, database)
    assert cluster.leader is not leader
    assert finding.lost == finding.duplicated == 0
    assert load.writes.keys() <= {"201", *DOCUMENTED}
    assert load.reads.keys() <= {"200", *DOCUMENTED}
