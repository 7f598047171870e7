"""A PostgreSQL connection with cached prepared statements and statement timeouts."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import asyncpg
from asyncpg import InterfaceError
from asyncpg.prepared_stmt import PreparedStatement
from sqlalchemy import Table

from app.core.database.postgres.combined import combined
from app.core.database.postgres.dialect import DIALECT
from app.core.database.postgres.errors import is_connection_loss
from app.core.database.statements import Compiled, Insertion, Statement

R = TypeVar("R")
T = TypeVar("T")

# Prepared statements per connection, each taking 10 to 50 KB in the server.
MAX_PREPARED = 500

# Seconds after the server's own statement timeout at which a silent connection is considered dead.
SLACK = 1.0


class Timeouts:
    """Statement and lock timeouts in seconds, as settings of a session or, through PgBouncer, of each transaction."""

    def __init__(self, statement: float, lock: float, *, pgbouncer: bool) -> None:
        self.statement, self.pgbouncer = statement, pgbouncer
        settings = {
            "statement_timeout": f"{max(1, round(statement * 1000))}",
            "lock_timeout": f"{max(1, round(lock * 1000))}",
            # Our own timeout for a transaction expires first; this one covers a process that hangs.
            "idle_in_transaction_session_timeout": f"{max(1, round((lock + SLACK) * 1000))}",
        }
        self.begin = "BEGIN ISOLATION LEVEL READ COMMITTED"
        self.startup = {"application_name": "accord", "timezone": "UTC"}
        if pgbouncer:  # it supports few startup parameters, and a plain SET would leak to other clients
            self.begin += "".join(f"; SET LOCAL {name} = {value}" for name, value in settings.items())
        else:
            self.startup |= settings


class Connection:
    """A pooled connection, used by one task at a time.

    Raises, from every method: asyncpg's exceptions. InterfaceError: nothing was sent.
    """

    __slots__ = ("_limit", "_prepared", "begin", "deadline", "generation", "raw")

    def __init__(self, raw: asyncpg.Connection[Any], timeouts: Timeouts, generation: int) -> None:
        self.raw = raw
        self.generation = generation  # of the pool's connections; those of an older one are discarded
        self.begin = timeouts.begin
        self.deadline = 0.0  # of the running statement, by time.monotonic(); 0: none is running
        self._limit = timeouts.statement + SLACK
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
        """The number of changed rows."""
        prepared = self._prepared.get(compiled) or await self._prepare(compiled)
        self.deadline = time.monotonic() + self._limit
        await prepared.fetch(*parameters)
        self.deadline = 0.0
        return _count(prepared.get_statusmsg())

    async def execute(self, sql: str) -> str:
        """Run SQL such as BEGIN or COMMIT, and return the command tag."""
        self.deadline = time.monotonic() + self._limit
        tag = await self.raw.execute(sql)
        self.deadline = 0.0
        return tag

    async def copy(self, table: Table, columns: Sequence[str], rows: AsyncIterator[Sequence[Any]]) -> int:
        """Insert many rows in the open transaction without a timeout, and return their number."""
        await self.execute("SET LOCAL statement_timeout = 0")
        tag = await self.raw.copy_records_to_table(table.name, schema_name=table.schema, columns=list(columns), records=rows)
        return _count(tag)

    def is_late(self) -> bool:
        """Whether the running statement has exceeded its deadline."""
        return 0 < self.deadline < time.monotonic()

    def clear_prepared(self) -> None:
        """Drop the cached statements, because a migration has changed the tables."""
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


class StatementRunner:
    """`one`, `all` and `run`, the same for a database and a transaction."""

    __slots__ = ()

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        """The first row, or None."""
        compiled = statement.compiled(DIALECT)
        parameters = compiled.parameters(values)
        return await self._perform(lambda connection: connection.one(compiled, parameters), writes=compiled.writes)

    async def one_with(self, statement: Statement[R], values: Mapping[str, object], *insertions: Insertion) -> R | None:
        """The row of a write, or None; with the insertions, in one statement."""
        together = combined(statement, tuple([(insertion.statement, insertion.from_row) for insertion in insertions]))
        compiled = together.statement.compiled(DIALECT)
        parameters = compiled.parameters(together.values(values, insertions))
        return await self._perform(lambda connection: connection.one(compiled, parameters), writes=True)

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        """Every row."""
        compiled = statement.compiled(DIALECT)
        parameters = compiled.parameters(values)
        return await self._perform(lambda connection: connection.all(compiled, parameters), writes=compiled.writes)

    async def run(self, statement: Statement[None], /, **values: object) -> int:
        """The number of rows changed by a command."""
        compiled = statement.compiled(DIALECT)
        parameters = compiled.parameters(values)
        return await self._perform(lambda connection: connection.run(compiled, parameters), writes=True)

    async def _perform(self, work: Callable[[Connection], Awaitable[T]], *, writes: bool) -> T:
        raise NotImplementedError


class PgBouncerConnection(Connection):
    """A connection to PgBouncer in transaction mode: no prepared statements, and timeouts enforced on our side."""

    __slots__ = ("_timeout",)

    def __init__(self, raw: asyncpg.Connection[Any], timeouts: Timeouts, generation: int) -> None:
        super().__init__(raw, timeouts, generation)
        self._timeout = timeouts.statement

    async def one(self, compiled: Compiled[R], parameters: list[Any]) -> R | None:
        """The first row, or None."""
        self.deadline = time.monotonic() + self._limit
        row = await self.raw.fetchrow(compiled.sql, *parameters, timeout=self._timeout)
        self.deadline = 0.0
        return None if row is None else compiled.build(row)

    async def all(self, compiled: Compiled[R], parameters: list[Any]) -> list[R]:
        """Every row."""
        self.deadline = time.monotonic() + self._limit
        rows = await self.raw.fetch(compiled.sql, *parameters, timeout=self._timeout)
        self.deadline = 0.0
        return compiled.build_all(rows)

    async def run(self, compiled: Compiled[None], parameters: list[Any]) -> int:
        """The number of changed rows."""
        self.deadline = time.monotonic() + self._limit
        tag = await self.raw.execute(compiled.sql, *parameters, timeout=self._timeout)
        self.deadline = 0.0
        return _count(tag)


def _count(tag: str | None) -> int:
    """The row count of a command tag: `UPDATE 3`, `INSERT 0 3`."""
    return int(tag.rpartition(" ")[2]) if tag else 0
