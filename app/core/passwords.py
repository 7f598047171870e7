"""Passwords: argon2id in a bounded pool of threads, and those that everybody tries first."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import util
from pathlib import Path
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import ServiceUnavailable

T = TypeVar("T")

_SHORTEST_NAME = 4  # characters; a password may well contain a shorter name by chance


class Passwords:
    """Hashes and verifies. Memory is bounded by `threads` times `memory_kib`, waiting by `queue`.

    A quarter of the queue is kept for callers who are `preferred`, so a flood of others does not keep them out.

    Raises:
        ServiceUnavailable: the queue is full.
    """

    def __init__(self, *, memory_kib: int, passes: int, threads: int, queue: int) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._queue, self._kept, self._waiting = threads + queue, queue // 4, 0
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """A PHC string with its parameters and salt."""
        return await self._run(functools.partial(self._hasher.hash, password))

    async def verify(self, stored: str | None, password: str, *, preferred: bool = False) -> bool:
        """Whether the password fits; without a stored hash it takes as long and does not."""
        fits = await self._run(functools.partial(self._fits, stored or self._nobody, password), preferred=preferred)
        return fits and stored is not None

    @property
    def crowded(self) -> bool:
        """Whether there is room for preferred callers only."""
        return self._waiting >= self._queue - self._kept

    def outdated(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown(cancel_futures=True)

    def _fits(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):  # also where what is stored is no hash of ours
            return False

    async def _run(self, work: Callable[[], T], *, preferred: bool = False) -> T:
        if self._waiting >= self._queue or (self.crowded and not preferred):
            raise ServiceUnavailable("Too many people sign in at once.", retry_after=1)
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._done)
        return await future

    def _done(self, future: asyncio.Future[T]) -> None:
        self._waiting -= 1
        if not future.cancelled():
            future.exception()  # a caller who left does not make the loop complain


@functools.cache
def _common() -> frozenset[str]:
    """Those of zxcvbn's 30,000 most used passwords that the contract would admit.

    They are read from the line of its module that holds them: importing it, or only its package, would leave 15 MB of other
    words behind.

    Raises:
        ModuleNotFoundError: zxcvbn is not installed.
    """
    package = util.find_spec("zxcvbn")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("zxcvbn is not installed")
    begin = '    "passwords": "'
    with Path(package.origin).with_name("frequency_lists.py").open(encoding="utf-8") as lines:
        line = next(line for line in lines if line.startswith(begin))
    words = line.removeprefix(begin).partition('"')[0].split(",")
    return frozenset(word for word in words if len(word) >= 8 and not word.isalpha() and not word.isdigit())  # noqa: PLR2004


def weak(password: str, names: tuple[str, ...]) -> bool:
    """Whether the password is a common one or is made of one of the user's own names."""
    lowered = password.lower()
    return lowered in _common() or any(len(name) >= _SHORTEST_NAME and name.lower() in lowered for name in names)
