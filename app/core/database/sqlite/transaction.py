"""A transaction block: a job of the writer whose work is the body of an `async with` statement."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar

from app.core.database.sqlite.connection import DIALECT, Connection
from app.core.database.sqlite.jobs import Job
from app.core.database.sqlite.writer import Writer
from app.core.database.statements import Compiled, Insertion, Statement
from app.core.errors import ConstraintViolation, ServiceUnavailable

R = TypeVar("R")
T = TypeVar("T")


class Transaction(Job[None]):
    """An `async with database.transaction()` block."""

    __slots__ = ("_broken", "_connection", "_ended", "_open", "_turn", "_writer")

    def __init__(self, writer: Writer) -> None:
        super().__init__()
        self.result = None
        self._writer, self._connection = writer, writer.connection
        self._open = False
        self._broken: Exception | None = None  # why the block can only be left
        loop = asyncio.get_running_loop()
        self._turn: asyncio.Future[None] = loop.create_future()
        self._ended: asyncio.Future[bool] = loop.create_future()  # whether its work is to be committed

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        """The first row, or None."""
        return self._execute(self._connection.one, statement.compiled(DIALECT), values)

    async def one_with(self, statement: Statement[R], values: Mapping[str, object], *insertions: Insertion) -> R | None:
        """The row of a write, or None; if there is one, also insert."""
        row = await self.one(statement, **values)
        for insertion in insertions if row is not None else ():
            taken = {
                name: f"{prefix}{getattr(row, column)}" if prefix else getattr(row, column)
                for name, column, prefix in insertion.from_row
            }
            await self.run(insertion.statement, **insertion.values, **taken)
        return row

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        """Every row."""
        return self._execute(self._connection.all, statement.compiled(DIALECT), values)

    async def run(self, statement: Statement[None], /, **values: object) -> int:
        """The number of rows changed by a command."""
        return self._execute(self._connection.run, statement.compiled(DIALECT), values)

    def _execute(self, work: Callable[[Compiled[R], list[Any]], T], compiled: Compiled[R], values: dict[str, object]) -> T:
        if self._broken is not None:
            raise self._broken
        if not self._open:
            raise RuntimeError("a transaction runs statements only inside its `async with` block")
        try:
            return work(compiled, compiled.parameters(values))
        except (ConstraintViolation, ServiceUnavailable) as error:
            self._broken = error
            raise

    async def __aenter__(self) -> Self:
        self._writer.submit(self)
        try:
            await self._turn
        except asyncio.CancelledError:
            self._end(keep=False)  # the turn may have been granted just before the cancellation
            raise
        self._open = True
        self._writer.holder = asyncio.current_task()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end(keep=error is None and self._broken is None)
        if error is not None:
            return
        if self._broken is not None:  # even if the body caught it: a partial transaction is never committed
            raise self._broken
        await self.answer

    def _end(self, *, keep: bool) -> None:
        if self._writer.holder is asyncio.current_task():  # not if cancelled while waiting for the turn
            self._writer.holder = None
        self._open = False
        if not self._ended.done():
            self._ended.set_result(keep)

    async def perform(self, connection: Connection) -> bool:
        """Let the body use the connection, in a savepoint; wait for its end."""
        if self._turn.done():  # cancelled while it waited
            return False
        try:
            connection.execute("SAVEPOINT body")
        except ServiceUnavailable as error:
            self.reject(error)
            return False
        self._turn.set_result(None)
        timer = asyncio.get_running_loop().call_later(self._writer.timeout, self._expire)
        keep = await self._ended
        timer.cancel()
        if not connection.in_transaction:
            return keep  # everything was rolled back: the caller is rejected with the group
        try:
            if not keep:
                connection.execute("ROLLBACK TO body")
            connection.execute("RELEASE body")
        except ServiceUnavailable:
            connection.rollback()
        return keep

    def reject(self, error: Exception) -> None:
        """Raise an error at the beginning or at the end of the block, unless the caller was cancelled."""
        if self._turn.done():
            super().reject(error)
        else:
            self._turn.set_exception(error)

    def _expire(self) -> None:
        """End the turn of a body that takes too long: others wait, here and in other processes."""
        if not self._ended.done():
            self._broken = ServiceUnavailable("The transaction took too long; nothing was done.")
            self._ended.set_result(False)
