"""Batching of concurrent look-ups by key: one statement for many rows costs little more than a statement for one.

While fewer than `MAX_CONCURRENT` statements of a look-up are in progress, a call is sent at once. Later calls wait and are sent
together as the next statement. A call never joins a statement that has already been sent, so it sees everything that was
committed before it was made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextvars import Context
from typing import Any, Generic, TypeVar

from app.core.database.statements import Compiled

R = TypeVar("R")

# Statements of one look-up at a time: with two the next collects while one runs, and more only make each of them smaller.
MAX_CONCURRENT = 2
# Rows of one statement.
MOST = 256

Ask = Callable[[Compiled[Any], list[Any]], Awaitable[list[Any]]]
Keyed = tuple[Hashable, R]


class LookupBatcher(Generic[R]):
    """The callers of one look-up. `ask` runs a statement, with all that this means where connections are lost."""

    def __init__(self, alone: Compiled[R], together: Compiled[Keyed[R]] | None, ask: Ask) -> None:
        """Without `together` there are no keys: one answer is everybody's.

        Raises:
            TypeError: a look-up has more parameters than its key, of which `together` would not be told.
        """
        if together is not None and not alone.size == together.size == 1:
            raise TypeError(f"a look-up has no parameter but its key; write the others into the SQL, as literals:\n{alone.sql}")
        self._alone, self._together, self._ask = alone, together, ask
        self._running = 0
        self._waiting: dict[Any, list[asyncio.Future[R | None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def one(self, parameters: list[Any]) -> R | None:
        """The row with this key, or None."""
        if self._running < MAX_CONCURRENT:
            self._running += 1
            try:
                rows: list[R] = await self._ask(self._alone, parameters)
            finally:
                self._leave()
            return rows[0] if rows else None
        answer: asyncio.Future[R | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(parameters[0] if parameters else None, []).append(answer)
        return await answer

    def _leave(self) -> None:
        """Let those who wait have the lane, in a task of its own: whoever leaves may be cancelled, and others wait."""
        if not self._waiting:
            self._running -= 1
            return
        if len(self._waiting) <= MOST:
            asked, self._waiting = self._waiting, {}
        else:
            asked = {key: self._waiting.pop(key) for key in list(self._waiting)[:MOST]}
        task = asyncio.get_running_loop().create_task(self._answer(asked), context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, asked: dict[Any, list[asyncio.Future[R | None]]]) -> None:
        try:
            rows: dict[Hashable, R] = await self._rows(asked)
        except BaseException as error:  # whatever it is, it is that of all who wait
            for answers in asked.values():
                for answer in answers:
                    _settle(answer, error)
            if not isinstance(error, Exception):
                raise
        else:
            for key, answers in asked.items():
                for answer in answers:
                    _settle(answer, rows.get(key))
        finally:
            self._leave()

    async def _rows(self, asked: dict[Any, Any]) -> dict[Hashable, R]:
        if self._together is None:
            [row] = await self._ask(self._alone, self._alone.parameters({}))
            return {key: row for key in asked}  # noqa: C420 - dict.fromkeys has another type
        return dict(await self._ask(self._together, [list(asked)]))


def _settle(answer: asyncio.Future[Any], told: Any) -> None:  # noqa: ANN401 - a row, None or an error
    if answer.done():  # its caller was cancelled
        return
    if isinstance(told, BaseException):
        answer.set_exception(told)
    else:
        answer.set_result(told)
