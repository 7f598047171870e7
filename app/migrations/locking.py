"""Exclusive access for migrations: waits for other migrating processes and never blocks the traffic for long."""

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
from app.migrations import MigrationError, path_of, postgres

T = TypeVar("T")

# SQLite: seconds to wait for another migrating process before the driver raises "database is locked".
_SQLITE_TIMEOUT = 60.0

# PostgreSQL: key of the advisory lock that migrating processes hold. Any key that no other program uses; "accord" in ASCII.
LOCK_KEY = 0x6163636F7264

# Seconds between attempts to acquire it, and until another migrating process is considered hung.
_INTERVAL = 0.1
_GIVE_UP = 600.0

# Seconds to wait for a table lock. Requests that need the table queue behind the migration and must not reach the service's
# `statement_timeout` (2 s). Below PostgreSQL's deadlock_timeout (1 s), the migration is what gives way, not a request.
_LOCK_TIMEOUT = 0.5

# SQLSTATEs of a table that others have locked: lock_not_available, and deadlock_detected.
_LOCKED = {"55P03", "40P01"}

# Seconds to wait before each further attempt, while the traffic goes on.
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)


def exclusively(url: str, work: Callable[[Connection], T]) -> T:
    """Run the work while no other process migrates the database.

    On SQLite it runs in one transaction. On PostgreSQL it manages its own transactions and may be run several times.

    Raises:
        ValueError: the URL is invalid.
        DatabaseUnreachable: the database cannot be reached.
        MigrationError: rows would reference missing rows, or other transactions kept their locks on a table.
    """
    if not is_postgresql(url):
        with _sqlite_transaction(path_of(url)) as connection:
            return work(connection)
    return postgres.run(_on_postgresql(url, work))


@contextlib.contextmanager
def _sqlite_transaction(path: Path) -> Iterator[Connection]:
    """A transaction that holds the write lock from its start; it commits at the end of the block."""
    try:
        sqlite.create_file(path)
    except OSError as error:
        raise DatabaseUnreachable(f"cannot open the SQLite file {path}: {error.strerror}") from error
    with sqlite_engine(str(path), "BEGIN IMMEDIATE") as engine, engine.begin() as connection:
        yield connection
        orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if orphans:
            raise MigrationError(f"{len(orphans)} rows reference missing rows, the first in the table {orphans[0][0]}")


@contextlib.contextmanager
def sqlite_engine(database: str, begin: str) -> Iterator[Engine]:
    """An engine for a SQLite file that begins transactions with the given statement.

    isolation_level None and our own BEGIN, because the driver would commit before each CREATE TABLE. Foreign keys stay off
    (SQLite's default), because Alembic's batch mode drops and renames tables, which would delete the referencing rows.
    """
    engine = create_engine(f"sqlite:///{database}", connect_args={"isolation_level": None, "timeout": _SQLITE_TIMEOUT})
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    try:
        yield engine
    finally:
        engine.dispose()


async def _on_postgresql(url: str, work: Callable[[Connection], T]) -> T:
    async with _advisory_lock(url), postgresql_engine(url) as engine:
        for pause in (*_PAUSES, None):
            try:
                async with engine.connect() as connection:
                    return await connection.run_sync(work)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _LOCKED:
                    raise
                if pause is None:
                    attempts = f"all {len(_PAUSES) + 1} attempts"
                    raise MigrationError(f"other transactions held a lock on a table in {attempts}: try again later") from error
                await asyncio.sleep(pause)
    raise AssertionError


@contextlib.asynccontextmanager
async def postgresql_engine(url: str) -> AsyncIterator[AsyncEngine]:
    """An engine for a PostgreSQL database whose statements may run long but do not wait long for locks."""
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
async def _advisory_lock(url: str) -> AsyncIterator[None]:
    """Hold the advisory lock in a transaction on its own connection, so that it outlives the commits of the work.

    Polls, because CREATE INDEX CONCURRENTLY waits for the end of every transaction that has a snapshot, as a statement that
    waits for the lock has. Each attempt is a transaction of its own, which ends even if the index is waiting for it.
    SELECT 1 releases the snapshot that a statement with parameters keeps until the next statement.
    """
    connection = await postgres.connect(url)
    try:
        deadline = time.monotonic() + _GIVE_UP
        while True:
            await connection.execute(
                "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
            )
            if await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", LOCK_KEY):
                break
            await connection.execute("ROLLBACK")
            if time.monotonic() > deadline:
                raise MigrationError(f"another process has been migrating for {_GIVE_UP:.0f} s; nothing was changed")
            await asyncio.sleep(_INTERVAL)
        await connection.execute("SELECT 1")
        yield
    finally:
        await connection.close()
