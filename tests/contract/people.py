"""Who the passes act as, and the database that they find."""

from __future__ import annotations

from pathlib import Path

from tests.databases import Connection, Template

PASSWORD = "correct-horse-9"
# The principals. `user` and `other` must not see each other's objects; `admin` comes with the template.
PEOPLE = ("admin", "user", "other")

_USERS, _POSTS = 25, 40


def furnish(template: Template, folder: Path) -> str:
    """Copy the template and fill the copy, so that lists have several pages and small ids mean something; its URL.

    Every user has the administrator's password; every fifth is inactive. Every fourth post is a draft.
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
        connection.execute("COMMIT")
    return url
