"""Reads from a replica, for callers who have written nothing that it lacks.

A replica is some milliseconds behind. Whoever has just written reads from the primary until the replica is known to have it,
so everybody sees what they have done. `Replicated` has two faces: `database`, which is the primary and notes who writes, and
`reader`, which sends reads to the replica where that is safe.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from contextvars import ContextVar
from functools import partial
from hashlib import blake2b
from typing import Any, Self, TypeVar

import structlog
from sqlalchemy import BigInteger, ColumnElement, Table, cast, func, literal_column, select

from app.core.database import Database, Transaction
from app.core.database.statements import Statement, statement
from app.core.errors import ServiceUnavailable
from app.core.valkey.client import ScriptCall, Valkey

R = TypeVar("R")

Caller = tuple[Hashable, ...]  # the names that one caller goes by: an address, a user

# Seconds: a replica that is further behind is not used at all.
MAX_LAG = 5.0
# Seconds between two looks at how far the replica is, while somebody waits for it, and otherwise.
_SOON, _LATER = 0.05, 1.0

# The write-ahead log in bytes: what is written here, and what the replica has applied. A server that is no replica has it all.
_ALL = 2**62
_BEGINNING: ColumnElement[Any] = literal_column("'0/0'::pg_lsn")
WRITTEN = statement(select(cast(func.pg_wal_lsn_diff(func.pg_current_wal_insert_lsn(), _BEGINNING), BigInteger)), int)
APPLIED = statement(
    select(cast(func.coalesce(func.pg_wal_lsn_diff(func.pg_last_wal_replay_lsn(), _BEGINNING), _ALL), BigInteger)), int
)

_MARK = "for i, key in ipairs(KEYS) do redis.call('SET', key, 1, 'PX', ARGV[i]) end return KEYS"
_MARKED = "local told = {} for i, key in ipairs(KEYS) do told[i] = redis.call('EXISTS', key) end return told"

caller: ContextVar[Caller] = ContextVar("caller", default=())


class Replicated:
    """A primary with a replica. `valkey`, not opened yet, tells the other workers who has written; None: there are none."""

    def __init__(self, primary: Database, replica: Database, valkey: Valkey | None) -> None:
        self._primary, self._replica = primary, replica
        self._marks = RecentWrites(valkey)
        self._fresh = float("-inf")  # of time.monotonic(): what was committed before is on the replica
        self._following: asyncio.Task[None] | None = None
        self._is_out = False
        self._log = structlog.get_logger()
        self.database: Database = _TrackingDatabase(primary, self._note)
        self.reader: Database = _RoutingDatabase(self.database, replica, self._is_safe, self._distrust)

    async def __aenter__(self) -> Self:
        self._following = asyncio.get_running_loop().create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._following is not None:
            self._following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._following
        await self._replica.close()

    async def _note(self) -> None:
        await self._marks.note(caller.get())

    async def _is_safe(self) -> bool:
        """Whether the replica has everything that this caller has written."""
        if time.monotonic() - self._fresh > MAX_LAG:
            return False
        return not await self._marks.noted(caller.get(), since=self._fresh)

    def _distrust(self) -> None:
        """The replica has failed: nobody tries it until it has shown again how far it is."""
        self._fresh = float("-inf")

    async def _follow(self) -> None:
        """Learn again and again up to which moment the replica has everything."""
        while True:
            asked = time.monotonic()
            try:
                written = await self._primary.one(WRITTEN) or 0
                while (await self._replica.one(APPLIED) or 0) < written:  # noqa: ASYNC110 - another server knows
                    await asyncio.sleep(_SOON)
            except Exception as error:  # noqa: BLE001 - whatever it is, as of a primary that was demoted, the next look may tell
                self._tell(error)
            else:
                self._fresh = asked
                self._marks.forget(asked)
                self._tell(None)
            await self._marks.wait(_SOON, _LATER)

    def _tell(self, error: Exception | None) -> None:
        if self._is_out is not (error is not None):
            self._is_out = error is not None
            self._log.warning("the replica is out" if self._is_out else "the replica is back", error=str(error or ""))


class RecentWrites:
    """Who has written, and when."""

    def __init__(self, valkey: Valkey | None) -> None:
        self._valkey = valkey
        self._at: dict[Hashable, float] = {}
        self._wanted = asyncio.Event()
        if valkey is not None:
            self._mark = valkey.script(_MARK, keys=1, arguments=1)
            self._marked = valkey.script(_MARKED, keys=1, arguments=0, reads=True)

    async def note(self, who: Caller) -> None:
        """They have written; call it after the commit and before the answer."""
        now = time.monotonic()
        self._at.update(dict.fromkeys(who, now))
        self._wanted.set()
        if self._valkey is not None:
            await asyncio.gather(*self._ask(self._valkey, who, lambda: (self._mark, (int(MAX_LAG * 1000),))))

    async def noted(self, who: Caller, since: float) -> bool:
        """Whether they have written since; or if nobody can say, for then it must be assumed."""
        if any(self._at.get(name, since) > since for name in who):
            return True
        if self._valkey is None:
            return False
        told = await asyncio.gather(*self._ask(self._valkey, who, lambda: (self._marked, ())))
        return not all(answer == 0 for answer in told)

    def forget(self, before: float) -> None:
        """What was written before is everywhere."""
        self._at = {name: at for name, at in self._at.items() if at >= before}

    async def wait(self, least: float, most: float) -> None:
        """For somebody to write, or for `most` seconds."""
        await asyncio.sleep(least)
        if not self._at:
            self._wanted.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(most):
                    await self._wanted.wait()

    @staticmethod
    def _ask(valkey: Valkey, who: Caller, what: Callable[[], tuple[Any, tuple[int, ...]]]) -> Iterable[Awaitable[Any]]:
        for name in who:
            answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            hashed = blake2b(repr(name).encode(), digest_size=12).hexdigest()
            script, arguments = what()
            key = f"accord:wrote:{{{hashed[0]}}}:{hashed}"
            valkey.send(ScriptCall(script, hashed[0], (key,), arguments, partial(_settle, answer)))
            yield answer


def _settle(answer: asyncio.Future[Any], told: object) -> None:
    if not answer.done():  # else the request was cancelled
        answer.set_result(told)


class _TrackingDatabase:
    """The primary; writes are noted."""

    def __init__(self, primary: Database, note: Callable[[], Awaitable[None]]) -> None:
        self._primary, self._note = primary, note

    @property
    def url(self) -> str:
        return self._primary.url

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        if not statement.writes:
            return await self._primary.one(statement, **values)
        try:
            return await self._primary.one(statement, **values)
        finally:
            await self._note()

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        if not statement.writes:
            return await self._primary.all(statement, **values)
        try:
            return await self._primary.all(statement, **values)
        finally:
            await self._note()

    async def run(self, statement: Statement[None], /, **values: object) -> int:
        try:
            return await self._primary.run(statement, **values)
        finally:
            await self._note()

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        return self._transaction()

    @asynccontextmanager
    async def _transaction(self) -> Any:  # noqa: ANN401 - an async generator
        try:
            async with self._primary.transaction() as transaction:
                yield transaction
        finally:
            await self._note()

    async def load(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        return await self._primary.load(table, columns, rows)

    async def ping(self) -> None:
        await self._primary.ping()

    async def close(self) -> None:
        await self._primary.close()


class _RoutingDatabase(_TrackingDatabase):
    """The primary, and for safe reads the replica; if it is out, the primary again."""

    def __init__(
        self, database: Database, replica: Database, is_safe: Callable[[], Awaitable[bool]], distrust: Callable[[], None]
    ) -> None:
        super().__init__(database, _nothing)  # `database` notes
        self._replica, self._is_safe, self._distrust = replica, is_safe, distrust

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        if not statement.writes and await self._is_safe():
            try:
                return await self._replica.one(statement, **values)
            except ServiceUnavailable:
                self._distrust()
        return await self._primary.one(statement, **values)

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        if not statement.writes and await self._is_safe():
            try:
                return await self._replica.all(statement, **values)
            except ServiceUnavailable:
                self._distrust()
        return await self._primary.all(statement, **values)


async def _nothing() -> None:
    """Who else notes."""
