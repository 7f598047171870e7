"""A Valkey server for the shared cache."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.servers.valkey import Valkey


@pytest.fixture(scope="module")
def server() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server
