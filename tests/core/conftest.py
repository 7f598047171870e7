"""A database with the table of `notes`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.core.sqlite import SQLiteDatabase
from tests.core.notes import opened


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/notes.db"


@pytest.fixture
async def database(url: str) -> AsyncIterator[SQLiteDatabase]:
    database = await opened(url, statement_timeout=0.1, lock_timeout=0.5)
    yield database
    await database.close()
