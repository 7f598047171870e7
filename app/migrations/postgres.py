"""Connections to PostgreSQL for migrations, from synchronous code."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import asyncpg

from app.core.database.postgres.connection import Timeouts
from app.core.database.postgres.failover import CONNECT_ERRORS, Connector, connect_failure
from app.core.errors import DatabaseUnreachable
from app.core.urls.postgres import PostgresURL

T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine from synchronous code; in a thread if an event loop is already running."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def connect(url: str) -> asyncpg.Connection:
    """Connect without the service's timeouts. Prepares no statements, so that it works through PgBouncer.

    Raises:
        ValueError: the URL is invalid.
        DatabaseUnreachable: no server answers, or it rejects the connection.
    """
    address = PostgresURL.of(url)
    try:
        return (await Connector(address, Timeouts(0, 0, pgbouncer=True)).open(0)).raw
    except CONNECT_ERRORS as error:
        raise DatabaseUnreachable(f"cannot connect to PostgreSQL at {address}: {connect_failure(error)}") from error


async def revision(url: str) -> str | None:
    """The current revision of the database; None if no migration was ever applied.

    Raises:
        DatabaseUnreachable: the database cannot be reached or read.
    """
    connection = await connect(url)
    try:
        current: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    except asyncpg.PostgresError as error:
        raise DatabaseUnreachable(f"cannot read from PostgreSQL at {PostgresURL.of(url)}: {error}") from error
    finally:
        await connection.close()
    return current
