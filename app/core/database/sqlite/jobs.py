"""Jobs of the writer other than transactions: single statements and bulk loads."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from app.core.database.sqlite.connection import Connection
from app.core.database.statements import Compiled

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

    __slots__ = ("compiled", "parameters", "work")

    def __init__(self, work: Callable[[Compiled[Any], list[Any]], T], compiled: Compiled[Any], parameters: list[Any]) -> None:
        super().__init__()
        self.work = work
        self.compiled = compiled
        self.parameters = parameters


class Load(Job[int]):
    """Many rows for one table, written in the writer's thread so that the event loop is not blocked."""

    __slots__ = ("_rows", "_sql")

    def __init__(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        super().__init__()
        self._sql = sql
        self._rows = iter(rows)

    def perform(self, connection: Connection) -> None:
        """Write the rows step by step; stop when the caller was cancelled."""
        self.result = 0
        connection.execute("SAVEPOINT body")
        try:
            while not self.answer.done() and (some := list(itertools.islice(self._rows, _ROWS_PER_STEP))):
                self.result += connection.load(self._sql, some)
            if self.answer.done():
                connection.execute("ROLLBACK TO body")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK TO body")
                connection.execute("RELEASE body")
            raise
        connection.execute("RELEASE body")
