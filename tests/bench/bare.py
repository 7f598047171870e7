"""What a hand could save: the same JSON by plain ASGI functions and sqlite3 on the loop.

No contract, no token, no limits, no log, no request id, no hash; one commit an insert, which does not wait for the disk. It is
the yardstick of the benchmark, not an example.
"""

from __future__ import annotations

import os
import sqlite3
from typing import Annotated, Any
from urllib.parse import parse_qsl

import msgspec

_EMAIL = r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
_PROFILE = "SELECT id, username, full_name, bio, created_at, version FROM users"
_USER = "SELECT id, email, username, full_name, bio, role, is_active, created_at, version FROM users"
_INSERT = (
    "INSERT INTO users"
    " (email, email_key, username, username_key, password_hash, full_name, role, is_active, created_at, version)"
    " VALUES (?, lower(?), ?, lower(?), 'x', ?, 'user', 1, strftime('%Y-%m-%dT%H:%M:%f000+00:00'), 1)"
    " ON CONFLICT DO NOTHING RETURNING id, email, username, full_name, bio, role, is_active, created_at, version"
)


class UserCreate(msgspec.Struct):
    """The body of createUser; msgspec stops at the first fault."""

    email: Annotated[str, msgspec.Meta(pattern=_EMAIL, max_length=254)]
    username: Annotated[str, msgspec.Meta(min_length=3, max_length=50, pattern="^[a-zA-Z0-9_]+$")]
    password: Annotated[str, msgspec.Meta(min_length=8, max_length=128)]
    full_name: Annotated[str, msgspec.Meta(max_length=100)] | None = None


_decode = msgspec.json.Decoder(UserCreate).decode
_encode = msgspec.json.Encoder().encode
_database = sqlite3.connect(os.environ["DATABASE"], isolation_level=None)
_database.execute("PRAGMA journal_mode = WAL")
_database.execute("PRAGMA synchronous = NORMAL")


def _profile(row: Any) -> dict[str, Any]:
    key, username, full_name, bio, created_at, version = row
    return {
        "id": key,
        "username": username,
        "full_name": full_name,
        "bio": bio,
        "created_at": created_at[:-6] + "Z",
        "version": version,
    }


def _user(row: Any) -> dict[str, Any]:
    key, email, username, full_name, bio, role, is_active, created_at, version = row
    return {
        "id": key,
        "email": email,
        "username": username,
        "full_name": full_name,
        "bio": bio,
        "role": role,
        "is_active": bool(is_active),
        "created_at": created_at[:-6] + "Z",
        "version": version,
    }


# By the first part of a path: the member of a page, the columns, who is shown, the row's JSON.
_RESOURCES = {
    "users": ("users", _USER, "true", _user),
    "user-profiles": ("profiles", _PROFILE, "is_active", _profile),
}


def _get(resource: str, key: str) -> tuple[int, bytes]:
    _, columns, shown, build = _RESOURCES[resource]
    row = _database.execute(f"{columns} WHERE id = ? AND {shown}", (int(key),)).fetchone()
    return (200, _encode(build(row))) if row is not None else (404, b"{}")


def _list(resource: str, query: bytes) -> tuple[int, bytes]:
    member, columns, shown, build = _RESOURCES[resource]
    sent = dict(parse_qsl(query.decode()))
    page, size = int(sent.get("page", 1)), int(sent.get("page_size", 10))
    [total] = _database.execute(f"SELECT count(*) FROM users WHERE {shown}").fetchone()  # noqa: S608 - our own words
    select = f"{columns} WHERE {shown} ORDER BY id LIMIT ? OFFSET ?"
    rows = _database.execute(select, (size, (page - 1) * size)).fetchall()
    return 200, _encode(
        {member: [build(row) for row in rows], "total": total, "page": page, "page_size": size, "next_cursor": None}
    )


def _create(body: bytes) -> tuple[int, bytes]:
    try:
        new = _decode(body)
    except msgspec.DecodeError as error:
        return 422, _encode({"detail": str(error)})
    values = (new.email, new.email, new.username, new.username, new.full_name)
    rows = _database.execute(_INSERT, values).fetchall()
    return (201, _encode(_user(rows[0]))) if rows else (409, b"{}")


async def _body(receive: Any) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The application."""
    if scope["type"] == "lifespan":
        for kind in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{kind}.complete"})
        return
    resource, _, key = scope["path"].removeprefix("/api/v1/").partition("/")
    if resource not in _RESOURCES:
        status, content = 404, b"{}"
    elif key:
        status, content = _get(resource, key)
    elif scope["method"] == "GET":
        status, content = _list(resource, scope["query_string"])
    else:
        status, content = _create(await _body(receive))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
