"""Equal computations that meet are made once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, TypeAlias, TypeVar

from accord.runtime import Encoded

T = TypeVar("T")
Compute: TypeAlias = Callable[[], Awaitable[T]]


async def run_once(
    computing: dict[Hashable, asyncio.Task[Any]], name: Hashable, compute: Callable[[], Coroutine[Any, Any, Encoded[T]]]
) -> Encoded[T]:
    """Join the computation of this name or begin it; who leaves does not end it."""
    task = computing.get(name)
    if task is None:
        task = computing[name] = detached_task(compute())
        task.add_done_callback(lambda _: computing.pop(name))
    encoded: Encoded[T] = await asyncio.shield(task)
    return encoded


def detached_task(computation: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """A task whose exception may be heard by nobody, because all who waited have left."""
    task = asyncio.get_running_loop().create_task(computation)
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    return task


class Uncached:
    """Keeps nothing: for workers that could not tell each other of a write.

    Equal gets share a computation that begins after all of them came, so each sees every write answered before it.
    """

    def __init__(self) -> None:
        self._running: dict[Hashable, asyncio.Task[Any]] = {}
        self._next: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, topic: str, key: str, make: Compute[T]) -> Encoded[T]:
        """What `make` gives, encoded."""
        name = (topic, key)
        task = self._next.get(name)
        if task is None:
            task = self._next[name] = detached_task(self._after_running(name, make))
        encoded: Encoded[T] = await asyncio.shield(task)
        return encoded

    async def drop(self, *_: str) -> None:
        """Nothing is kept."""

    async def _after_running(self, name: Hashable, make: Compute[T]) -> Encoded[T]:
        while running := self._running.get(name):
            await asyncio.wait({running})
        self._running[name] = self._next.pop(name)
        try:
            return Encoded.of(await make())
        finally:
            del self._running[name]
