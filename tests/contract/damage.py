"""Outages of a SQLite file, as another process can cause them."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

# Nonsense where SQLite keeps the definition of a table: from then on no connection can read anything of the file.
_DAMAGE = "UPDATE sqlite_schema SET sql = ? WHERE name = 'users'"


@contextlib.contextmanager
def damaged(database: Path) -> Iterator[None]:
    """For as long as the context lasts, every statement on the file fails."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None, timeout=10)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        [whole] = connection.execute("SELECT sql FROM sqlite_schema WHERE name = 'users'").fetchone()
        [version] = connection.execute("PRAGMA schema_version").fetchone()

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
def locked(database: Path) -> Iterator[None]:
    """For as long as the context lasts, nobody else can write."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None, timeout=10)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
