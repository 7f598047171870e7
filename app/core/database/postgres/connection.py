"""One connection: statements prepared once, run natively, each with a time limit."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar

import asyncpg
from asyncpg import InterfaceError
from asyncpg.prepared_stmt import PreparedStatement
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import asyncpg as dialects

from app.core.database.postgres.errors import is_connection_loss
from app.core.database.statements import Compiled

R = TypeVar("R")

DIALECT = dialects.dialect()  # type: ignore[no-untyped-call]

# The most statements prepared on a connection: some 10 to 50 KB each in the server.
MAX_PREPARED = 500

# Seconds beyond the server's own limit after which a connection that says nothing is given up: its other end is gone.
SLACK = 1.0


class Timeouts:
    """Time limits in seconds, and how the server is told of them."""

    def __init__(self, statement: float, lock: float, *, pgbouncer: bool) -> None:
        self.statement, self.lock, self.pgbouncer = statement, lock, pgbouncer
        words = {
            "statement_timeout": f"{max(1, round(statement * 1000))}",
            "lock_timeout": f"{max(1, round(lock * 1000))}",
            # Our own limit for the body of a transaction comes first; this is for a process that has stopped.
            "idle_in_transaction_session_timeout": f"{max(1, round((lock + SLACK) * 1000))}",
        }
        self.begin = "BEGIN ISOLATION LEVEL READ COMMITTED"
        self.startup = {"application_name": "accord", "timezone": "UTC"}
        if pgbouncer:  # it knows no startup parameters but a few, and a SET would stay on another's connection
            self.begin += "".join(f"; SET LOCAL {name} = {value}" for name, value in words.items())
        else:
            self.startup |= words


class Connection:
    """A held connection. Whoever has it from the pool has it alone.

    Raises, from every method: what asyncpg raises. InterfaceError: nothing was sent.
    """

    __slots__ = ("_limit", "_prepared", "age", "begin", "deadline", "raw")

    def __init__(self, raw: asyncpg.Connection[Any], limits: Timeouts, age: int) -> None:
        self.raw = raw
        self.age = age  # of the pool's connections; older ones are not used again
        self.begin = limits.begin
        self.deadline = 0.0  # until when the statement that runs must have ended
        self._limit = limits.statement + SLACK
        self._prepared: dict[Compiled[Any], PreparedStatement] = {}

    async def one(self, compiled: Compiled[R], parameters: list[Any]) -> R | None:
        """The first row, or None."""
        prepared = self._prepared.get(compiled) or await self._prepare(compiled)
        self.deadline = time.monotonic() + self._limit
        row = await prepared.fetchrow(*parameters)
        self.deadline = 0.0
        return None if row is None else compiled.build(row)

    async def all(self, compiled: Compiled[R], parameters: list[Any]) -> list[R]:
        """Every row."""
        prepared = self._prepared.get(compiled) or await self._prepare(compiled)
        self.deadline = time.monotonic() + self._limit
        rows = await prepared.fetch(*parameters)
        self.deadline = 0.0
        return compiled.build_all(rows)

    async def run(self, compiled: Compiled[None], parameters: list[Any]) -> int:
        """How many rows were changed."""
        prepared = self._prepared.get(compiled) or await self._prepare(compiled)
        self.deadline = time.monotonic() + self._limit
        await prepared.fetch(*parameters)
        self.deadline = 0.0
        return _count(prepared.get_statusmsg())

    async def execute(self, sql: str) -> str:
        """Run SQL as it is: BEGIN, COMMIT; the server's word for what it did."""
        self.deadline = time.monotonic() + self._limit
        done = await self.raw.execute(sql)
        self.deadline = 0.0
        return done

    async def copy(self, table: Table, columns: Sequence[str], rows: AsyncIterator[Sequence[Any]]) -> int:
        """Write many rows in the open transaction, however long it takes; how many."""
        await self.execute("SET LOCAL statement_timeout = 0")
        done = await self.raw.copy_records_to_table(table.name, schema_name=table.schema, columns=list(columns), records=rows)
        return _count(done)

    def is_late(self) -> bool:
        """Whether the statement should have ended by now."""
        return 0 < self.deadline < time.monotonic()

    def clear_prepared(self) -> None:
        """Prepare every statement again: a migration has changed the tables."""
        self._prepared.clear()

    async def _prepare(self, compiled: Compiled[Any]) -> PreparedStatement:
        self.deadline = time.monotonic() + self._limit
        try:
            prepared = await self.raw.prepare(compiled.sql)
        except Exception as error:
            if is_connection_loss(error):
                raise InterfaceError("the connection was lost before the statement was sent") from error
            raise
        if len(self._prepared) >= MAX_PREPARED:
            del self._prepared[next(iter(self._prepared))]
        self._prepared[compiled] = prepared
        return prepared


class PgBouncerConnection(Connection):
    """A connection to PgBouncer, which gives each transaction another server: nothing stays, and we keep the time."""

    __slots__ = ("_patience",)

    def __init__(self, raw: asyncpg.Connection[Any], limits: Timeouts, age: int) -> None:
        super().__init__(raw, limits, age)
        self._patience = limits.statement

    async def one(self, compiled: Compiled[R], parameters: list[Any]) -> R | None:
        """The first row, or None."""
        self.deadline = time.monotonic() + self._limit
        row = await self.raw.fetchrow(compiled.sql, *parameters, timeout=self._patience)
        self.deadline = 0.0
        return None if row is None else compiled.build(row)

    async def all(self, compiled: Compiled[R], parameters: list[Any]) -> list[R]:
        """Every row."""
        self.deadline = time.monotonic() + self._limit
        rows = await self.raw.fetch(compiled.sql, *parameters, timeout=self._patience)
        self.deadline = 0.0
        return compiled.build_all(rows)

    async def run(self, compiled: Compiled[None], parameters: list[Any]) -> int:
        """How many rows were changed."""
        self.deadline = time.monotonic() + self._limit
        done = await self.raw.execute(compiled.sql, *parameters, timeout=self._patience)
        self.deadline = 0.0
        return _count(done)


def _count(done: str | None) -> int:
    """The number in `UPDATE 3` or `INSERT 0 3`."""
    return int(done.rpartition(" ")[2]) if done else 0
