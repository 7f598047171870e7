"""What a database URL names, told without the libraries that connect to it."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

_POSTGRESQL = frozenset({"postgres", "postgresql"})
_SQLITE = re.compile(r"sqlite://(?:/(?P<path>[^?]*))?\??", re.DOTALL).fullmatch


def is_sqlite(url: str) -> bool:
    """Whether the URL is one of SQLite."""
    return url.partition(":")[0] == "sqlite"


def is_postgresql(url: str) -> bool:
    """Whether the URL is one of PostgreSQL, with or without the driver that SQLAlchemy would use."""
    return url.partition(":")[0].partition("+")[0] in _POSTGRESQL


def sqlite_path(url: str) -> Path | None:
    """The file that a SQLite URL names; None for `sqlite://` and `sqlite:///:memory:`.

    Raises:
        ValueError: the URL has parts that SQLite knows nothing of.
    """
    if (parts := _SQLITE(url)) is None:
        raise ValueError("a SQLite URL is sqlite:///relative.db, sqlite:////absolute.db or sqlite:// (private, in memory)")
    return None if parts["path"] in (None, "", ":memory:") else Path(parts["path"])


def describe(url: str) -> str:
    """What a URL names, for people: the kind of database, and its file or hosts and name. Never a password.

    Raises:
        ValueError: the URL names no database that is known.
    """
    if is_sqlite(url):
        path = sqlite_path(url)
        return "SQLite in memory" if path is None else f"SQLite {Path(path).absolute()}"
    if is_postgresql(url):
        from app.core.urls.postgres import PostgresURL  # noqa: PLC0415 - who uses SQLite does not pay 10 MB for asyncpg

        address = PostgresURL.of(url)
        return f"PostgreSQL {address}{urlsplit(address.url).path.rstrip('/')}"
    raise unknown_url(url)


def unknown_url(url: str) -> ValueError:
    """What to raise for a URL of neither; it repeats nothing but the scheme."""
    scheme, found, _ = url.partition("://")
    known = (
        "a database URL is sqlite:///relative.db, sqlite:////absolute.db, sqlite:// (private, in memory) or "
        "postgresql://user:password@host:port/name"
    )
    return ValueError(f"{scheme}:// is not known; {known}" if found else known)
