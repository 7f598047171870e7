"""Password hashing with argon2id in a bounded thread pool, after PRECIS normalization."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Literal, TypeAlias, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from app.core.errors import DisallowedCharacters, ServiceUnavailable
from app.core.security import imported_hashes

T = TypeVar("T")
Form: TypeAlias = Literal["NFC", "NFKC"]

# The password of the document's examples and of the demo data. It is public, so it is accepted only in development.
DEMO_PASSWORD = "c0bol-is-fine"  # noqa: S105


def prepare(password: str, form: Form = "NFC") -> str:
    """The password in the PRECIS profile OpaqueString (RFC 8265, 4.2): NFC, with every space an ASCII space; then in `form`.

    Raises:
        DisallowedCharacters: the profile disallows one of the characters.
    """
    if password.isascii() and password.isprintable():
        return password
    from precis_i18n import get_profile  # noqa: PLC0415 - 1.5 MB, needed only for passwords that are not ASCII

    try:
        prepared: str = get_profile("OpaqueString").enforce(password)
    except UnicodeError:
        raise DisallowedCharacters from None  # the message of the cause contains the password
    return prepared if form == "NFC" else unicodedata.normalize(form, prepared)


class Passwords:
    """Hashes and verifies passwords, first come, first served.

    Memory is bounded by `threads` times `memory_kib`; the queue by `queue` entries, each waiting at most `timeout` seconds. A
    quarter of the queue is reserved for calls with `priority`, so that a flood of other calls cannot fill it.

    New hashes are of passwords in the normalization form `form`; those of the other form still match.

    Raises:
        ServiceUnavailable: the queue is full, or the timeout expired.
    """

    def __init__(  # noqa: PLR0913 - independent settings
        self, *, memory_kib: int, passes: int, threads: int, queue: int, timeout: float = 15.0, form: Form = "NFC"
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="password")
        self._free_threads = asyncio.Semaphore(threads)
        self._queue, self._reserved, self._timeout = queue, queue // 4, timeout
        self.waiting = self.rejected = 0  # calls that wait for a thread now, and that were rejected since the start
        self._forms: tuple[Form, Form] = ("NFC", "NFKC") if form == "NFC" else ("NFKC", "NFC")
        self._dummy_hash = self._hasher.hash("a password that no account uses")

    async def hash(self, password: str) -> str:
        """Hash a password into a PHC string with its parameters and salt. Raises also `DisallowedCharacters`."""
        return await self._run(functools.partial(self._hasher.hash, prepare(password, self._forms[0])))

    async def verify(self, stored: str | None, password: str, *, priority: bool = False) -> bool:
        """Whether the password matches the stored hash. With no stored hash, takes the same time and returns False."""
        matches = await self._run(functools.partial(self._matches, stored or self._dummy_hash, password), priority=priority)
        return matches and bool(stored)

    @property
    def is_congested(self) -> bool:
        """Whether only calls with priority are still accepted."""
        return self.waiting >= self._queue - self._reserved

    def needs_rehash(self, stored: str) -> bool:
        """Whether the hash was made by another algorithm, or with other parameters than the current ones."""
        return imported_hashes.is_foreign(stored) or self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Stop the threads."""
        self._pool.shutdown(cancel_futures=True)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            texts = dict.fromkeys(prepare(password, form) for form in self._forms)
        except DisallowedCharacters:  # no user can have such a password, but rejecting it must take as long
            stored, texts = self._dummy_hash, {"": None}
        if imported_hashes.is_foreign(stored):  # the system that made it may have hashed the password as it was typed
            return any(imported_hashes.matches(stored, text) for text in dict.fromkeys((*texts, password)))
        return any(self._is_hash(stored, text) for text in texts)

    def _is_hash(self, stored: str, prepared: str) -> bool:
        try:
            return self._hasher.verify(stored, prepared)
        except (VerificationError, InvalidHashError):  # InvalidHashError: the stored value is not an argon2 hash
            return False

    async def _run(self, work: Callable[[], T], *, priority: bool = False) -> T:
        await self._acquire_thread(priority=priority)
        loop = asyncio.get_running_loop()
        try:
            future = self._pool.submit(work)
        except BaseException:
            self._free_threads.release()
            raise
        future.add_done_callback(lambda _: self._release_thread(loop))
        return await asyncio.wrap_future(future)

    async def _acquire_thread(self, *, priority: bool) -> None:
        if not self._free_threads.locked():
            await self._free_threads.acquire()
            return
        if self.waiting >= self._queue or (self.is_congested and not priority):
            raise self._busy()
        self.waiting += 1
        try:
            async with asyncio.timeout(self._timeout):
                await self._free_threads.acquire()
        except TimeoutError:
            raise self._busy() from None
        finally:
            self.waiting -= 1

    def _busy(self) -> ServiceUnavailable:
        self.rejected += 1
        return ServiceUnavailable("Too many sign-ins in progress.", retry_after=1)

    def _release_thread(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called in the thread when the work has ended, which cancelling the caller does not do."""
        with contextlib.suppress(RuntimeError):  # the loop is closed
            loop.call_soon_threadsafe(self._free_threads.release)
