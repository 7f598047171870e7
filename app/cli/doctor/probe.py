"""Queries of a database without the service: nothing is created, migrated or changed."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import Any

from app.core.errors import DatabaseUnreachable
from app.core.urls.database import is_postgresql
from app.migrations import path_of


async def fetch_row(url: str, query: str) -> tuple[Any, ...]:
    """The only row of a query that both databases understand.

    Raises:
        DatabaseUnreachable: the database does not answer, or refuses the connection or the query.
    """
    return await (_from_postgresql if is_postgresql(url) else _from_sqlite)(url, query)


async def _from_postgresql(url: str, query: str) -> tuple[Any, ...]:
    import asyncpg  # noqa: PLC0415 - 10 MB, which SQLite does not need

    from app.migrations import postgres  # noqa: PLC0415 - as above

    connection = await postgres.connect(url)
    try:
        return tuple(await connection.fetchrow(query) or ())
    except asyncpg.PostgresError as error:
        raise DatabaseUnreachable(str(error)) from error
    finally:
        connection.terminate()  # does not wait for a server that no longer answers


async def _from_sqlite(url: str, query: str) -> tuple[Any, ...]:
    path = path_of(url)

    def read() -> tuple[Any, ...]:
        # Not mode=ro, which cannot recover the write-ahead log of a process that was killed.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as connection:
            return tuple(connection.execute(query).fetchone())

    try:
        return await asyncio.to_thread(read)
    except sqlite3.Error as error:
        raise DatabaseUnreachable(f"cannot read the SQLite file {path}: {error}") from error
