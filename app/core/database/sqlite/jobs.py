"""Jobs of the writer: single statements and bulk loads. Transactions are in `transaction.py`."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from app.core.database.sqlite.connection import Connection
from app.core.database.statements import Compiled

R = TypeVar("R")
T = TypeVar("T")

# Rows inserted in one step, which has the time limit of a statement.
_ROWS_PER_STEP = 1000


class Job(Generic[T]):
    """Work whose result is delivered after the commit that contains it."""

    __slots__ = ("answer", "result", "since")

    def __init__(self) -> None:
        self.result: T
        self.since = 0.0  # when it was queued, by the clock of the loop
        self.answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()

    async def perform(self, connection: Connection) -> bool:
        """Do the work in the open transaction. Returns whether it is to be committed; errors are raised to the caller."""
        if self.answer.done():  # the caller was cancelled while it waited
            return False
        try:
            self.result = await self._work(connection)
        except Exception as error:  # noqa: BLE001 - as above
            self.reject(error)
            return False
        return True

    async def _work(self, connection: Connection) -> T:
        raise NotImplementedError

    def reject(self, error: Exception) -> None:
        """Deliver an error, unless the caller was cancelled."""
        if not self.answer.done():
            self.answer.set_exception(error)

    def acknowledge(self) -> None:
        """Deliver the result, after the commit."""
        if not self.answer.done():
            self.answer.set_result(self.result)


class Write(Job[T]):
    """A single statement. It needs no savepoint, because SQLite rolls back a failed statement itself."""

    __slots__ = ("_compiled", "_parameters", "_statement")

    def __init__(
        self, statement: Callable[[Connection, Compiled[R], list[Any]], T], compiled: Compiled[R], parameters: list[Any]
    ) -> None:
        """`statement` is a method of `Connection`."""
        super().__init__()
        self._statement, self._compiled, self._parameters = statement, compiled, parameters

    async def _work(self, connection: Connection) -> T:
        return self._statement(connection, self._compiled, self._parameters)


class Load(Job[int]):
    """Many rows for one table, written in a thread so that the event loop is not blocked."""

    __slots__ = ("_rows", "_sql")

    def __init__(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        super().__init__()
        self._sql, self._rows = sql, iter(rows)

    async def _work(self, connection: Connection) -> int:
        return await asyncio.to_thread(self._insert, connection)

    def _insert(self, connection: Connection) -> int:
        """Write the rows step by step; stop when the caller was cancelled."""
        total = 0
        connection.execute("SAVEPOINT body")
        try:
            while not self.answer.done() and (some := list(itertools.islice(self._rows, _ROWS_PER_STEP))):
                total += connection.load(self._sql, some)
            if self.answer.done():
                connection.execute("ROLLBACK TO body")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK TO body")
                connection.execute("RELEASE body")
            raise
        connection.execute("RELEASE body")
        return total
