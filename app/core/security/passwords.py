"""Passwords: made comparable, and hashed by argon2id in a bounded pool of threads."""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import ServiceUnavailable

T = TypeVar("T")


class DisallowedCharacters(ValueError):
    """A password contains characters that not every keyboard and every version of Unicode writes alike."""


def prepare(password: str) -> str:
    """The password by the PRECIS profile OpaqueString (RFC 8265, 4.2): NFC, and every space is an ASCII one.

    Raises:
        DisallowedCharacters: there are control, invisible, unassigned or other characters that the profile excludes.
    """
    if password.isascii() and password.isprintable():
        return password
    from precis_i18n import get_profile  # noqa: PLC0415 - 1.5 MB, which ASCII passwords do without

    try:
        prepared: str = get_profile("OpaqueString").enforce(password)
    except UnicodeError:
        raise DisallowedCharacters from None  # its text repeats the password
    return prepared


class Passwords:
    """Hashes and verifies, in the order in which it is asked to.

    Memory is bounded by `threads` times `memory_kib`, waiting by `queue` (how many) and `patience` (seconds).

    A quarter of the queue is kept for callers who are `preferred`, so a flood of others does not keep them out.

    Raises:
        ServiceUnavailable: the queue is full, or the turn did not come in time.
    """

    def __init__(self, *, memory_kib: int, passes: int, threads: int, queue: int, patience: float = 15.0) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._turns = asyncio.Semaphore(threads)
        self._queue, self._kept, self._waiting, self._patience = queue, queue // 4, 0, patience
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """A PHC string with its parameters and salt. Raises also `DisallowedCharacters`."""
        return await self._run(functools.partial(self._hasher.hash, prepare(password)))

    async def verify(self, stored: str | None, password: str, *, priority: bool = False) -> bool:
        """Whether the password fits; without a stored hash it takes as long and does not."""
        fits = await self._run(functools.partial(self._fits, stored or self._nobody, password), priority=priority)
        return fits and stored is not None

    @property
    def is_congested(self) -> bool:
        """Whether there is room for priority callers only."""
        return self._waiting >= self._queue - self._kept

    def needs_rehash(self, stored: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown(cancel_futures=True)

    def _fits(self, stored: str, password: str) -> bool:
        try:
            prepared = prepare(password)
        except DisallowedCharacters:  # nobody has such a one, which shall take as long to say as of any other
            stored, prepared = self._nobody, ""
        try:
            return self._hasher.verify(stored, prepared)
        except (VerificationError, InvalidHashError):  # also where what is stored is no hash of ours
            return False

    async def _run(self, work: Callable[[], T], *, priority: bool = False) -> T:
        await self._turn(priority=priority)
        loop = asyncio.get_running_loop()
        try:
            future = self._pool.submit(work)
        except BaseException:
            self._turns.release()
            raise
        future.add_done_callback(lambda _: self._release(loop))
        return await asyncio.wrap_future(future)

    async def _turn(self, *, priority: bool) -> None:
        if not self._turns.locked():
            await self._turns.acquire()
            return
        if self._waiting >= self._queue or (self.is_congested and not priority):
            raise _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(self._patience):
                await self._turns.acquire()
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting -= 1

    def _release(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called by the thread, when it has really ended: a caller who left does not stop it."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(self._turns.release)


# The password of the document's examples and of the demo data: everybody knows it, so it is good in development alone.
DEMO_PASSWORD = "c0bol-is-fine"  # noqa: S105 - it is public


def _busy() -> ServiceUnavailable:
    return ServiceUnavailable("Too many sign-ins in progress.", retry_after=1)
