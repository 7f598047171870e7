"""Repeating a transaction that was rolled back by a conflict."""

from __future__ import annotations

import asyncio
import functools
import random
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

from app.core.errors import TransactionConflict

P = ParamSpec("P")
R = TypeVar("R")

# Calls in all, and seconds of full-jitter backoff. In each round one of the conflicting callers succeeds
# and the jitter separates the others, so ten calls are enough for a crowd.
_MAX_CALLS = 10
_FIRST_BACKOFF = 0.005
_MAX_BACKOFF = 0.2


def retry_on_conflict(function: Callable[P, Awaitable[R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Decorator: call the function again after a random backoff when its transaction was rolled back by a conflict.

    For functions that do nothing but one transaction: other side effects would be repeated.
    """

    @functools.wraps(function)
    async def calling(*args: P.args, **kwargs: P.kwargs) -> R:
        for call in range(_MAX_CALLS - 1):
            try:
                return await function(*args, **kwargs)
            except TransactionConflict:
                await asyncio.sleep(random.uniform(0, min(_FIRST_BACKOFF * 2**call, _MAX_BACKOFF)))  # noqa: S311 - not security relevant
        return await function(*args, **kwargs)

    return calling
