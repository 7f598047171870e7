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

# Concurrent statements of one look-up. With two, calls are collected while one runs; with more, batches only get smaller.
MAX_CONCURRENT = 2
# Keys of one statement.
MAX_KEYS = 256

Run = Callable[[Compiled[Any], list[Any]], Awaitable[list[Any]]]
Keyed = tuple[Hashable, R]


class LookupBatcher(Generic[R]):
    """Batches the calls of one look-up. `run` executes a statement, including retries on lost connections."""

    def __init__(self, single: Compiled[R], batch: Compiled[Keyed[R]] | None, run: Run) -> None:
        """Without `batch` there are no keys: all waiting calls share one result.

        Raises:
            TypeError: the look-up has other parameters than its key, which the batch would ignore.
        """
        if batch is not None and not single.size == batch.size == 1:
            raise TypeError(
                f"a look-up has no parameter but its key; write other values into the SQL as literals:\n{single.sql}"
            )
        self._single, self._batch, self._run = single, batch, run
        self._running = 0
        self._waiting: dict[Any, list[asyncio.Future[R | None]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def one(self, parameters: list[Any]) -> R | None:
        """The row with this key, or None."""
        if self._running < MAX_CONCURRENT:
            self._running += 1
            try:
                rows: list[R] = await self._run(self._single, parameters)
            finally:
                self._finish()
            return rows[0] if rows else None
        answer: asyncio.Future[R | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(parameters[0] if parameters else None, []).append(answer)
        return await answer

    def _finish(self) -> None:
        """Start the next batch, in its own task, because the current caller may be cancelled while others wait."""
        if not self._waiting:
            self._running -= 1
            return
        if len(self._waiting) <= MAX_KEYS:
            calls, self._waiting = self._waiting, {}
        else:
            calls = {key: self._waiting.pop(key) for key in list(self._waiting)[:MAX_KEYS]}
        task = asyncio.get_running_loop().create_task(self._answer(calls), context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, calls: dict[Any, list[asyncio.Future[R | None]]]) -> None:
        try:
            rows: dict[Hashable, R] = await self._rows(calls)
        except BaseException as error:  # it is raised to all waiting callers
            for answers in calls.values():
                for answer in answers:
                    _settle(answer, error)
            if not isinstance(error, Exception):
                raise
        else:
            for key, answers in calls.items():
                for answer in answers:
                    _settle(answer, rows.get(key))
        finally:
            self._finish()

    async def _rows(self, calls: dict[Any, Any]) -> dict[Hashable, R]:
        if self._batch is None:
            [row] = await self._run(self._single, self._single.parameters({}))
            return {key: row for key in calls}  # noqa: C420 - dict.fromkeys has another type
        return dict(await self._run(self._batch, [list(calls)]))


def _settle(answer: asyncio.Future[Any], result: Any) -> None:  # noqa: ANN401 - a row, None or an exception
    if answer.done():  # its caller was cancelled
        return
    if isinstance(result, BaseException):
        answer.set_exception(result)
    else:
        answer.set_result(result)
