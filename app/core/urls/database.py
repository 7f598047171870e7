"""URLs of databases: their kind, and what to call them in messages."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from app.core.urls.postgres import SCHEMES, PostgresURL

_SQLITE = re.compile(r"sqlite://(?:/(?P<path>[^?]*))?\??", re.DOTALL).fullmatch


def is_sqlite(url: str) -> bool:
    """Whether the URL has the scheme of SQLite."""
    return url.partition(":")[0] == "sqlite"


def is_postgresql(url: str) -> bool:
    """Whether the URL has a scheme of PostgreSQL, with or without a SQLAlchemy driver."""
    return url.partition(":")[0].partition("+")[0] in SCHEMES


def sqlite_path(url: str) -> Path | None:
    """The file of a SQLite URL; None for `sqlite://` and `sqlite:///:memory:`.

    Raises:
        ValueError: the URL has parts that SQLite does not know.
    """
    if (parts := _SQLITE(url)) is None:
        raise ValueError("a SQLite URL is sqlite:///relative.db, sqlite:////absolute.db or sqlite:// (private, in memory)")
    return None if parts["path"] in (None, "", ":memory:") else Path(parts["path"])


def describe(url: str) -> str:
    """A database URL for messages: the kind of database, and its file or hosts and name. Never a password.

    Raises:
        ValueError: the URL is invalid or of an unknown kind.
    """
    if is_sqlite(url):
        path = sqlite_path(url)
        return "SQLite in memory" if path is None else f"SQLite {Path(path).absolute()}"
    if is_postgresql(url):
        return f"PostgreSQL {PostgresURL.of(url)}{urlsplit(url).path.rstrip('/')}"
    raise unknown_url(url)


def unknown_url(url: str) -> ValueError:
    """The error for a URL of an unknown kind; its message quotes only the scheme."""
    scheme, found, _ = url.partition("://")
    known = (
        "a database URL is sqlite:///relative.db, sqlite:////absolute.db, sqlite:// (private, in memory) or "
        "postgresql://user:password@host:port/name"
    )
    return ValueError(f"{scheme}:// is not known; {known}" if found else known)
