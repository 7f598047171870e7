"""The users that are asked for, in a SQLite file that the service's own migrations made."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.migrations import run
from tests.bench.workloads import USERS

_START = datetime(2026, 1, 1, 0, 0, 0, 123456, tzinfo=UTC)


def make(path: Path) -> None:
    """A new database with `USERS` active users; the first is an administrator."""
    run.upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO users (id, email, email_key, username, username_key, password_hash, full_name, bio, role,"
            " is_active, created_at, version) VALUES (?, ?, ?, ?, ?, 'x', ?, ?, ?, 1, ?, 1)",
            _rows(),
        )


def _rows() -> Iterator[tuple[int | str, ...]]:
    for number in range(1, USERS + 1):
        email, username = f"user{number}@example.com", f"user_{number}"
        role = "admin" if number == 1 else "user"
        created_at = (_START + timedelta(seconds=number)).isoformat(timespec="microseconds")
        yield number, email, email, username, username, f"User Number {number}", f"bio of {number}", role, created_at


def forget_new_users(path: Path) -> None:
    """Delete what a run has stored, so that every run meets as many rows."""
    with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
        connection.execute("DELETE FROM users WHERE id > ?", (USERS,))
