"""A Valkey Cluster for all tests that do not stop its nodes: it takes two seconds to form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.servers.valkey import Cluster


@pytest.fixture(scope="session")
def formed_cluster() -> Iterator[Cluster]:
    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(formed_cluster: Cluster) -> Cluster:
    """The cluster, empty."""
    for node in formed_cluster.nodes:
        node.call("FLUSHALL")
    return formed_cluster
