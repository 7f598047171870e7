"""Reads from a replica with read-your-writes consistency.

A replica lags behind by milliseconds. A caller that has just written reads from the primary until the replica is known to have
applied the write. `Replicated.database` is the primary and records who writes; `Replicated.replica` sends reads to the replica
where that is safe.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import Any, Self, TypeVar

import structlog
from sqlalchemy import BigInteger, ColumnElement, Table, cast, func, literal_column, select

from app.core.database import Database, Transaction
from app.core.database.recent_writes import Caller, RecentWrites
from app.core.database.statements import Insertion, Statement, statement
from app.core.database.usage import Usage
from app.core.errors import ServiceUnavailable
from app.core.valkey import Valkey

R = TypeVar("R")

MAX_LAG = 5.0  # seconds beyond which a replica is not used
# Seconds between two checks of the replica's position: while a write is recent, and otherwise.
_SHORT_INTERVAL, _LONG_INTERVAL = 0.05, 1.0

# Positions in the write-ahead log, in bytes: written by the primary, applied by the replica. A server that is not a replica has
# applied everything.
_EVERYTHING = 2**62
_BEGINNING: ColumnElement[Any] = literal_column("'0/0'::pg_lsn")
WRITTEN = statement(select(cast(func.pg_wal_lsn_diff(func.pg_current_wal_insert_lsn(), _BEGINNING), BigInteger)), int)
APPLIED = statement(
    select(cast(func.coalesce(func.pg_wal_lsn_diff(func.pg_last_wal_replay_lsn(), _BEGINNING), _EVERYTHING), BigInteger)), int
)

caller: ContextVar[Caller] = ContextVar("caller", default=())


class Replicated:
    """A primary and its replica. Through Valkey, opened later, workers share who has written; None: a single worker."""

    def __init__(self, primary: Database, replica: Database, valkey: Valkey | None) -> None:
        self._primary, self._replica = primary, replica
        self._writes = RecentWrites(valkey, MAX_LAG)
        self._fresh = float("-inf")  # time.monotonic(): commits before that are on the replica
        self._following: asyncio.Task[None] | None = None
        self._is_available = True
        self._log = structlog.get_logger()
        self.database: Database = _TrackingDatabase(primary, self)
        self.replica: Database = _RoutingDatabase(primary, self)

    async def __aenter__(self) -> Self:
        self._following = asyncio.get_running_loop().create_task(self._poll_positions())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        await self._replica.close()

    async def record(self) -> None:
        """Record a write of this caller."""
        await self._writes.record(caller.get())

    async def safe_replica(self) -> Database | None:
        """The replica if it has every write of this caller."""
        if time.monotonic() - self._fresh > MAX_LAG or await self._writes.has_written(caller.get(), since=self._fresh):
            return None
        return self._replica

    @property
    def replica_usage(self) -> Usage:
        """How busy the replica is."""
        return self._replica.usage

    def mark_unavailable(self) -> None:
        """Stop using the replica, which has failed, until its position is known again."""
        self._fresh = float("-inf")

    async def _poll_positions(self) -> None:
        """Keep track of the moment up to which the replica has applied everything."""
        while True:
            asked = time.monotonic()
            try:
                written = await self._primary.one(WRITTEN) or 0
                while (await self._replica.one(APPLIED) or 0) < written:  # noqa: ASYNC110 - the state of another server
                    await asyncio.sleep(_SHORT_INTERVAL)
            except Exception as error:  # noqa: BLE001 - whatever failed, the next check may succeed
                self._report(error)
            else:
                self._fresh = asked
                self._writes.forget(asked)
                self._report(None)
            await self._writes.wait(_SHORT_INTERVAL, _LONG_INTERVAL)

    def _report(self, error: Exception | None) -> None:
        """Log when the replica becomes unavailable, and when it is available again."""
        if self._is_available is not (error is None):
            self._is_available = error is None
            message = "replica available again" if self._is_available else "replica unavailable; reading from the primary"
            self._log.warning(message, error=str(error or ""))


class _TrackingDatabase:
    """The primary; records writes."""

    def __init__(self, primary: Database, pair: Replicated) -> None:
        self._primary, self._pair = primary, pair

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        try:
            return await self._primary.one(statement, **values)
        finally:
            if statement.writes:
                await self._pair.record()

    async def one_with(self, statement: Statement[R], values: Mapping[str, object], *insertions: Insertion) -> R | None:
        try:
            return await self._primary.one_with(statement, values, *insertions)
        finally:
            await self._pair.record()

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        try:
            return await self._primary.all(statement, **values)
        finally:
            if statement.writes:
                await self._pair.record()

    async def run(self, statement: Statement[None], /, **values: object) -> int:
        try:
            return await self._primary.run(statement, **values)
        finally:
            await self._pair.record()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        try:
            async with self._primary.transaction() as transaction:
                yield transaction
        finally:
            await self._pair.record()

    async def load(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        return await self._primary.load(table, columns, rows)

    async def ping(self) -> None:
        await self._primary.ping()

    @property
    def usage(self) -> Usage:
        return self._primary.usage

    async def close(self) -> None:
        await self._primary.close()


class _RoutingDatabase(_TrackingDatabase):
    """The replica for safe reads, and the primary for everything else and if the replica fails."""

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        if not statement.writes and (replica := await self._pair.safe_replica()) is not None:
            try:
                return await replica.one(statement, **values)
            except ServiceUnavailable:
                self._pair.mark_unavailable()
        return await super().one(statement, **values)

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        if not statement.writes and (replica := await self._pair.safe_replica()) is not None:
            try:
                return await replica.all(statement, **values)
            except ServiceUnavailable:
                self._pair.mark_unavailable()
        return await super().all(statement, **values)

    @property
    def usage(self) -> Usage:
        return self._pair.replica_usage
