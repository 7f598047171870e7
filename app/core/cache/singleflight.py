"""Singleflight: concurrent computations of the same value run once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, TypeAlias, TypeVar

from accord.runtime import Encoded

T = TypeVar("T")
Compute: TypeAlias = Callable[[], Awaitable[T]]


async def run_once(
    computing: dict[Hashable, asyncio.Task[Any]], name: Hashable, start: Callable[[], Coroutine[Any, Any, Encoded[T]]]
) -> Encoded[T]:
    """Join the running computation of this name, or start it. Cancelling a caller does not cancel it."""
    task = computing.get(name)
    if task is None:
        task = computing[name] = detached_task(start())
        task.add_done_callback(lambda _: computing.pop(name))
    encoded: Encoded[T] = await asyncio.shield(task)
    return encoded


def detached_task(computation: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A task whose exception may remain unretrieved, because all waiting callers were cancelled."""
    task = asyncio.get_running_loop().create_task(computation)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task


class Uncached:
    """A `Cache` that stores nothing, for workers that cannot invalidate each other's entries.

    Concurrent calls for the same key share one computation that starts after all of them, so each sees every write whose
    response was sent before.
    """

    def __init__(self) -> None:
        self.hits = self.misses = 0
        self._running: dict[Hashable, asyncio.Task[Any]] = {}
        self._next: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, topic: str, key: str, compute: Compute[T]) -> Encoded[T]:
        """The computed value, encoded."""
        self.misses += 1
        name = (topic, key)
        task = self._next.get(name)
        if task is None:
            task = self._next[name] = detached_task(self._run_after_current(name, compute))
        encoded: Encoded[T] = await asyncio.shield(task)
        return encoded

    async def drop(self, *_: str) -> None:
        """Nothing to invalidate."""

    async def _run_after_current(self, name: Hashable, compute: Compute[T]) -> Encoded[T]:
        while running := self._running.get(name):
            await asyncio.wait({running})
        self._running[name] = self._next.pop(name)
        try:
            return Encoded.of(await compute())
        finally:
            del self._running[name]
