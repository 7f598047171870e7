"""SQLite and PostgreSQL for tests: a migrated template to copy, and SQL that bypasses the service."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import psycopg

from app.core.config import Settings
from app.migrations import run
from app.resources import connected, make_resources
from app.schemas.models import UserCreate
from app.services.users.creation import create_user
from tests.support.builders import PASSWORD
from tests.support.servers.postgres import Running

# The cheapest parameters of Argon2, because the tests are not about hashing.
CHEAP_HASHES: dict[str, Any] = {"password_memory_kib": 8, "password_passes": 1}

_numbers = itertools.count(1)
_connect = sqlite3.connect  # a test may trace the connections of the service


class Template(Protocol):
    """A migrated database with one administrator, `admin`; each test gets a copy."""

    def copy(self, folder: Path) -> str:
        """The URL of a new copy; a file is created in `folder`."""

    def drop(self, url: str) -> None:
        """Remove a copy, even if it is in use."""


class SQLiteTemplate:
    """A SQLite file."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "accord.db"
        _make(f"sqlite:///{self._path}")

    def copy(self, folder: Path) -> str:
        """Copy to `accord.db` in `folder`."""
        shutil.copy(self._path, folder / "accord.db")
        return f"sqlite:///{folder / 'accord.db'}"

    def drop(self, url: str) -> None:
        """Do nothing: pytest removes the folder."""


class PostgresTemplate:
    """A PostgreSQL database on a running server."""

    def __init__(self, server: Running) -> None:
        self._server, self._name = server, f"template_{next(_numbers)}"
        _make(server.create(self._name))

    def copy(self, folder: Path) -> str:  # noqa: ARG002 - not a file
        """Copy to a database with a new name."""
        return self._server.create(f"copy_{next(_numbers)}", template=self._name)

    def drop(self, url: str) -> None:
        """Drop the database: hundreds of copies would fill the disk."""
        self._server.drop(url.rpartition("/")[2])


def _make(url: str) -> None:
    run.upgrade(url)
    settings = Settings(database_url=url, **CHEAP_HASHES)

    async def administrator() -> None:
        async with connected(make_resources(settings)) as resources:
            new = UserCreate(email="admin@example.com", username="admin", password=PASSWORD)
            await create_user(resources, new, "admin")

    asyncio.run(administrator())


class Row(tuple[Any, ...]):
    """The columns of a row, by position and by name."""

    __slots__ = ()
    names: Sequence[str] = ()

    def __getitem__(self, key: Any) -> Any:
        """By position or name."""
        return super().__getitem__(self.names.index(key) if isinstance(key, str) else key)


class Connection:
    """Runs SQL directly on either database, with `?` for each parameter. Each statement is committed at once."""

    def __init__(self, url: str) -> None:
        self._sqlite = url.startswith("sqlite:")
        self._raw: Any
        if self._sqlite:
            path = url.removeprefix("sqlite:///")
            self._raw = _connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            self._raw.execute("PRAGMA foreign_keys = ON")
        else:
            self._raw = psycopg.connect(url, autocommit=True, connect_timeout=10)

    def execute(self, sql: str, parameters: Iterable[object] = ()) -> list[Row]:
        """Run a statement and return its rows."""
        written = sql if self._sqlite else sql.replace("%", "%%").replace("?", "%s")
        cursor = self._raw.execute(written, list(parameters))
        if cursor.description is None:
            return []
        kind = type("Row", (Row,), {"__slots__": (), "names": [column[0] for column in cursor.description]})
        return [kind(row) for row in cursor.fetchall()]

    def one(self, sql: str, parameters: Iterable[object] = ()) -> Row | None:
        """The first row."""
        return next(iter(self.execute(sql, parameters)), None)

    def last_id(self, table: str) -> int:
        """The highest id that the table has assigned; 0 if none."""
        if self._sqlite:
            row = self.one("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,))
        else:
            row = self.one("SELECT last_value FROM pg_sequences WHERE sequencename = ?", (f"{table}_id_seq",))
        return 0 if row is None or row[0] is None else int(row[0])

    def close(self) -> None:
        """Close the connection."""
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def stored(url: str) -> bytes:
    """All that a database stores: the bytes of the file, or the rows of all tables."""
    if url.startswith("sqlite:"):
        path = url.removeprefix("sqlite:///")
        return b"".join(Path(path + suffix).read_bytes() for suffix in ("", "-wal"))
    with Connection(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = (row for [table] in tables for row in connection.execute(f"SELECT t::text FROM {table} AS t"))  # noqa: S608 - ours
        return "\n".join(row[0] for row in rows).encode()


def query(url: str, sql: str, *parameters: object) -> list[Row]:
    """Run one statement on a new connection."""
    with Connection(url) as connection:
        return connection.execute(sql, parameters)
