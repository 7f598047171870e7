"""The principals of the passes, and the database that they start with."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from pathlib import Path

from app.models import metadata
from tests.contract.contract import OPERATIONS, SCOPES
from tests.support.databases import Connection, Template
from tests.support.rows import NAMED, insertion, owner, row

PASSWORD = "correct-horse-9"
# The principals. `user` and `other` must not see each other's objects; `admin` comes with the template.
PEOPLE = ("admin", "user", "other")
NOT_PEOPLE = f"username NOT IN ({', '.join('?' for _ in PEOPLE)})"
# Whose pages call, in turn: one that may read the answers, one that may not, and none.
ORIGINS = ("https://app.example", "https://other.example", None)

_USERS, _POSTS = 25, 40


def api_key(scopes: Sequence[str] = SCOPES) -> str:
    """The secret of the administrator's API key with these scopes. `furnish` stores those with all scopes, and all but one."""
    body = f"ack_{hashlib.sha256(' '.join(scopes).encode()).hexdigest()}"
    return f"{body}{zlib.crc32(body.encode()):08x}"


def _but(scope: str) -> list[str]:
    return [other for other in SCOPES if other != scope]


def key_without(scope: str) -> str:
    """The secret of the administrator's API key that lacks only this scope."""
    return api_key(_but(scope))


# Tables with other resources whose rows are named in paths, in an order in which they can be filled.
_NAMED = {NAMED[name].name for found in OPERATIONS for name in found.of("path") if name in NAMED}
OTHERS = [table for table in metadata.sorted_tables if table.name in _NAMED - {"users", "posts", "sessions"}]


def furnish(template: Template, folder: Path) -> str:
    """Copy the template and fill the copy, so that lists have several pages and small ids mean something; its URL.

    Every user has the administrator's password; every fifth is inactive. Every fourth post is a draft. Rows of other resources
    refer to the first rows, and belong to the administrator, to `user` and to `other` by turns.
    """
    url = template.copy(folder)
    with Connection(url) as connection:
        [password_hash] = connection.execute("SELECT password_hash FROM users WHERE id = 1")[0]
        names = [*PEOPLE[1:], *(f"person_{number}" for number in range(_USERS))]
        now = "2026-02-06T10:30:00.000000+00:00"
        connection.execute("BEGIN")
        for number, name in enumerate(names):
            connection.execute(
                "INSERT INTO users (email, email_key, username, username_key, password_hash, role, is_active, created_at,"
                " version) VALUES (?, ?, ?, ?, ?, 'user', ?, ?, 1)",
                (f"{name}@example.com", f"{name}@example.com", name, name, password_hash, number % 5 != 4, now),
            )
        for number in range(_POSTS):
            connection.execute(
                "INSERT INTO posts (author_id, title, content, is_published, created_at, version) VALUES (?, ?, ?, ?, ?, 1)",
                (2 + number % 3, f"Post {number}", "Text.", number % 4 != 3, now),
            )
        for table in OTHERS:
            belongs = owner(table)
            for number in range(1, _POSTS + 1):
                values = row(table, number, **({belongs: 1 + (number - 1) % 3} if belongs else {}))
                del values["id"]  # the database gives it
                connection.execute(*insertion(table, values))
        for scopes in (SCOPES, *map(_but, SCOPES)):
            connection.execute(
                "INSERT INTO api_keys (user_id, name, scopes, hash, created_at, expires_at) VALUES (1, 'Tests', ?, ?, ?, ?)",
                (" ".join(scopes), hashlib.sha256(api_key(scopes).encode()).hexdigest(), now, now.replace("2026", "2999")),
            )
        connection.execute("COMMIT")
    return url
