"""Database outages, caused from outside the service."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from app.models import metadata
from tests.support.databases import Connection

# Nonsense where SQLite keeps the definition of a table: from then on no connection can read anything of the file.
_DAMAGE = "UPDATE sqlite_schema SET sql = ? WHERE name = 'users'"


@contextlib.contextmanager
def damaged(url: str) -> Iterator[None]:
    """Make every statement on the database fail inside the `with` block."""
    with _unreadable(url) if url.startswith("sqlite:") else _unreachable(url):
        yield


@contextlib.contextmanager
def locked(url: str) -> Iterator[None]:
    """Lock the database for writing inside the `with` block."""
    with Connection(url) as connection:
        if url.startswith("sqlite:"):
            connection.execute("BEGIN IMMEDIATE")
        else:
            connection.execute("BEGIN")
            connection.execute(f"LOCK TABLE {', '.join(metadata.tables)} IN EXCLUSIVE MODE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


@contextlib.contextmanager
def _unreadable(url: str) -> Iterator[None]:
    with Connection(url) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        [[whole]] = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'users'")
        [[version]] = connection.execute("PRAGMA schema_version")

        def define(text: str, number: int) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_DAMAGE, (text,))
            connection.execute(f"PRAGMA schema_version = {number}")
            connection.execute("COMMIT")

        define("nonsense", version + 1)
        try:
            yield
        finally:
            define(whole, version + 2)


@contextlib.contextmanager
def _unreachable(url: str) -> Iterator[None]:
    server, _, name = url.rpartition("/")
    with Connection(f"{server}/postgres") as connection:
        connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ?", (name,))
        try:
            yield
        finally:
            connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
