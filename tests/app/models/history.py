"""Upgrades to one revision, with the rows that a service of that revision would have written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app import migrations
from app.migrations import run
from tests.support.databases import Connection

INSTANT = "2026-02-06T10:30:00.123456+00:00"

# What casefold does and no lower() of a database: German sharp s, Greek final sigma, Turkish dotted I, a ligature.
FULL_NAMES = {1: "Grace Hopper", 2: "Weiß", 3: "ΟΔΥΣΣΕΥΣ", 4: "İpek ﬁn", 5: None, 6: "o'Neill % _ \\ :x"}


def versions(folder: Path, monkeypatch: pytest.MonkeyPatch, *last: str, until: str = "9999") -> Path:
    """Use a copy of the history up to a revision, with further ones, each given as its body."""
    copy = folder / "versions"
    if not copy.exists():
        shutil.copytree(run.VERSIONS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for path in copy.glob("*.py"):
        if path.name[:4] > until:
            path.unlink()
    number = max(int(path.name[:4]) for path in copy.glob("*.py"))
    for index, body in enumerate(last, number + 1):
        head = (
            "import sqlalchemy as sa\nfrom alembic import op\nfrom app.migrations import ddl\n"
            f'revision = "{index:04}"\ndown_revision = "{index - 1:04}"\n'
        )
        (copy / f"{index:04}_test.py").write_text(head + body)
    monkeypatch.setattr(run, "VERSIONS", copy)
    return copy


LAST = migrations.REVISIONS[-1]


def following(count: int) -> list[str]:
    """The numbers of revisions that `versions` adds to the whole history."""
    return [f"{int(LAST) + number:04}" for number in range(1, count + 1)]


def add_user(connection: Connection, name: str, role: str = "user") -> None:
    """One more user, with the next id."""
    connection.execute(
        "INSERT INTO users"
        " (email, email_key, username, username_key, password_hash, role, is_active, created_at, version)"
        " VALUES (?, ?, ?, ?, 'x', ?, true, ?, 1)",
        (name, name, name, name, role, INSTANT),
    )


def add_post(connection: Connection, author: int) -> None:
    """One more post, published, with the next id."""
    connection.execute(
        "INSERT INTO posts (author_id, title, content, is_published, created_at, version) VALUES (?, 't', 'c', true, ?, 1)",
        (author, INSTANT),
    )


def add_rows_at_0001(connection: Connection) -> None:
    """Six users, among them an administrator and two who are not active, posts of two of them, a session."""
    for number, full_name in FULL_NAMES.items():
        connection.execute(
            "INSERT INTO users (id, email, email_key, username, username_key, password_hash, full_name, role, is_active,"
            " created_at, version) VALUES (?, ?, ?, ?, ?, 'x', ?, ?, ?, ?, 3)",
            (
                number,
                f"Grace{number}@example.com",
                f"grace{number}@example.com",
                f"Grace{number}",
                f"grace{number}",
                full_name,
                "admin" if number == 1 else "user",
                number < 5,
                INSTANT,
            ),
        )
    for number, author, is_published in ((1, 1, True), (2, 1, False), (3, 2, True), (4, 6, True)):
        connection.execute(
            "INSERT INTO posts (id, author_id, title, content, is_published, created_at, version)"
            " VALUES (?, ?, 'Déjà vu', 'c', ?, ?, 1)",
            (number, author, is_published, INSTANT),
        )
    connection.execute(
        "INSERT INTO sessions (id, user_id, access_hash, access_expires_at, created_at, refreshed_at, expires_at)"
        " VALUES (1, 2, 'a', ?, ?, ?, ?)",
        [INSTANT] * 4,
    )
    connection.execute("INSERT INTO refresh_tokens (hash, session_id, expires_at, nonce) VALUES ('r', 1, ?, NULL)", (INSTANT,))


def counted(connection: Connection) -> dict[str, int]:
    """The counters, summed over their slots, without those that are 0."""
    rows = connection.execute("SELECT name, sum(number) FROM counters GROUP BY name")
    return {str(name): int(number) for name, number in rows if number}


def real(connection: Connection) -> dict[str, int]:
    """The expected counters."""
    users = "'users:' || role || CASE WHEN is_active THEN ':active' ELSE ':inactive' END"
    rows = connection.execute(
        f"SELECT {users}, count(*) FROM users GROUP BY 1"  # noqa: S608 - our own words
        " UNION ALL SELECT 'posts:published', count(*) FROM posts WHERE is_published"
    )
    return {str(name): int(number) for name, number in rows if number}
