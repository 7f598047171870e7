"""Work on documents whose schemas refer to each other in long chains, which libraries follow by recursion."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_STACK = 1 << 29  # bytes of address space; only what is used becomes memory
_CALLS = 50_000


def deep(work: Callable[[], T]) -> T:
    """What the work returns or raises; it may call itself far deeper than Python usually allows."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - it goes on in the caller's thread
            errors.append(error)

    limit, size = sys.getrecursionlimit(), threading.stack_size(_STACK)
    try:
        sys.setrecursionlimit(_CALLS)
        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        thread.join()
    finally:
        sys.setrecursionlimit(limit)
        threading.stack_size(size)
    if errors:
        raise errors[0]
    return results[0]
