"""Databases with the table `notes`."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.core.database import Database
from app.core.database.postgres import PostgresDatabase
from app.core.database.sqlite import SQLiteDatabase
from tests.app.core.database.notes import opened, opened_on, prepare
from tests.support.servers.postgres import Running

_numbers = itertools.count(1)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/notes.db"


@pytest.fixture
async def database(url: str) -> AsyncIterator[SQLiteDatabase]:
    database = await opened(url, statement_timeout=0.1, lock_timeout=0.5)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def notes_template(postgres: Running) -> str:
    prepare(postgres, "notes")
    return "notes"


@pytest.fixture
def name(postgres: Running, notes_template: str) -> Iterator[str]:
    """The name of a new PostgreSQL database with the table."""
    name = f"notes_{next(_numbers)}"
    postgres.create(name, template=notes_template)
    yield name
    postgres.drop(name)


@pytest.fixture
async def served(postgres: Running, name: str) -> AsyncIterator[PostgresDatabase]:
    """An open PostgreSQL database."""
    database = await opened_on(postgres, name, statement_timeout=0.5, lock_timeout=0.5)
    yield database
    await database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def either(request: pytest.FixtureRequest) -> Database:
    """SQLite, then PostgreSQL."""
    found: Database = request.getfixturevalue("database" if request.param == "sqlite" else "served")
    return found
