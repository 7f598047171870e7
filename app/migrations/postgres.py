"""A connection to PostgreSQL for whoever migrates, from synchronous code."""

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
    """Do asynchronous work from synchronous code, which may itself be called by a running loop: then in a thread."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


async def connect(url: str) -> asyncpg.Connection:
    """A connection without the time limits of the service, which also works through PgBouncer: nothing stays prepared.

    Raises:
        ValueError: the URL is wrong.
        DatabaseUnreachable: no server answers, or it refuses us.
    """
    address = PostgresURL.of(url)
    try:
        return (await Connector(address, Timeouts(0, 0, pgbouncer=True)).open(0)).raw
    except CONNECT_ERRORS as error:
        raise DatabaseUnreachable(f"cannot connect to PostgreSQL at {address}: {connect_failure(error)}") from error


async def revision(url: str) -> str | None:
    """The revision that the database has come to; None if nothing was ever applied.

    Raises:
        DatabaseUnreachable: it cannot be reached or read.
    """
    connection = await connect(url)
    try:
        done: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    except asyncpg.PostgresError as error:
        raise DatabaseUnreachable(f"cannot read from PostgreSQL at {PostgresURL.of(url)}: {error}") from error
    finally:
        await connection.close()
    return done
