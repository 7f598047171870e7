"""Empty databases of both kinds, for tests of migrations."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.migrations import run
from tests.support.servers.postgres import Running

_numbers = itertools.count(1)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/data/accord.db"


@pytest.fixture
def postgresql_url(postgres: Running) -> Iterator[str]:
    name = f"models_{next(_numbers)}"
    yield postgres.create(name)
    postgres.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a database without tables, of each kind."""
    found: str = request.getfixturevalue(f"{request.param}_url")
    return found


@pytest.fixture
def migrated(url: str) -> str:
    """A database with the newest tables and no rows."""
    run.upgrade(url)
    return url
