"""Work on a database while nobody else migrates it: patient with other processes, never in the way of the traffic for long."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, Engine, NullPool, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.database import sqlite
from app.core.errors import DatabaseUnreachable
from app.core.urls.database import is_postgresql
from app.migrations import BrokenReferences, LockTimeout, MigrationError, path_of, postgres

T = TypeVar("T")

# SQLite: seconds to wait for another process that migrates; then the driver's "database is locked" is raised.
_PATIENCE = 60.0

# PostgreSQL: who migrates holds this advisory lock. It is "accord" in hexadecimal and only has to be nobody else's.
_LOCK = 0x6163636F7264

# Seconds between two attempts to get it, and after which another process that migrates is thought to hang.
_INTERVAL = 0.1
_LONG = 600.0

# Seconds to wait for the lock of a table. Everybody who comes later waits behind us, and must not reach the `statement_timeout`
# of the service (2 s). Below PostgreSQL's deadlock_timeout (1 s) it is we who give way, not a request.
_LOCK_TIMEOUT = 0.5

# PostgreSQL's codes for "another transaction has the table": lock_timeout, and a deadlock that was ended at our cost.
_BUSY = {"55P03", "40P01"}

# Seconds before each further attempt at a busy table; between them the traffic flows.
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)


def exclusively(url: str, work: Callable[[Connection], T]) -> T:
    """Do the work. On SQLite it is one transaction; on PostgreSQL the work begins and ends its own, and may be done anew.

    Raises:
        ValueError: the URL is wrong.
        DatabaseUnreachable: the database cannot be reached.
        BrokenReferences, LockTimeout, MigrationError: see there.
    """
    if not is_postgresql(url):
        with _locked(path_of(url)) as connection:
            return work(connection)
    return postgres.run(_on_postgresql(url, work))


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[Connection]:
    """A transaction that alone may write from its first moment, so that what it reads stays true; it commits at the end."""
    try:
        sqlite.create_file(path)
    except OSError as error:
        raise DatabaseUnreachable(f"cannot open the SQLite file {path}: {error.strerror}") from error
    with sqlite_engine(str(path), "BEGIN IMMEDIATE") as engine, engine.begin() as connection:
        yield connection
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise BrokenReferences(f"{len(orphans)} rows refer to nothing, the first in the table {orphans[0][0]}")


@contextlib.contextmanager
def sqlite_engine(database: str, begin: str) -> Iterator[Engine]:
    """An engine for a SQLite file, whose transactions begin with the given words.

    isolation_level None and our own BEGIN: the driver would commit before each CREATE TABLE. Foreign keys stay off, as SQLite
    has it by default: the batch mode of Alembic drops and renames tables, which would delete the rows that refer to them.
    """
    engine = create_engine(f"sqlite:///{database}", connect_args={"isolation_level": None, "timeout": _PATIENCE})
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    try:
        yield engine
    finally:
        engine.dispose()


async def _on_postgresql(url: str, work: Callable[[Connection], T]) -> T:
    async with _exclusion(url), postgresql_engine(url) as engine:
        for pause in (*_PAUSES, None):
            try:
                async with engine.connect() as connection:
                    return await connection.run_sync(work)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _BUSY:
                    raise
                if pause is None:
                    attempts = len(_PAUSES) + 1
                    raise LockTimeout(f"others held a table at each of {attempts} attempts: try again later") from error
                await asyncio.sleep(pause)
    raise AssertionError


@contextlib.asynccontextmanager
async def postgresql_engine(url: str) -> AsyncIterator[AsyncEngine]:
    """An engine for a PostgreSQL. In its transactions statements may last, but do not wait long for locks."""
    arguments = {"async_creator_fn": lambda: postgres.connect(url), "prepared_statement_cache_size": 0}
    engine = create_async_engine("postgresql+asyncpg://", connect_args=arguments, poolclass=NullPool)

    @event.listens_for(engine.sync_engine, "begin")
    def limit(connection: Connection) -> None:
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCK_TIMEOUT}s'")
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")

    try:
        yield engine
    finally:
        await engine.dispose()


@contextlib.asynccontextmanager
async def _exclusion(url: str) -> AsyncIterator[None]:
    """Hold the lock of those who migrate, in a transaction on a connection of its own: so it outlives the commits of the work.

    CREATE INDEX CONCURRENTLY waits for every transaction that has a snapshot. So the lock is asked for again and again, since a
    statement that waits for it has one; and a statement with parameters keeps its snapshot until the next one.
    """
    connection = await postgres.connect(url)
    try:
        await connection.execute("BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        deadline = time.monotonic() + _LONG
        while not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
            if time.monotonic() > deadline:
                raise MigrationError(f"another process has been migrating for {_LONG:.0f} s; nothing was changed")
            await connection.execute("SELECT 1")
            await asyncio.sleep(_INTERVAL)
        await connection.execute("SELECT 1")
        yield
    finally:
        await connection.close()
