"""Read-your-writes consistency: which callers have written recently, shared between workers through Valkey."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Hashable, Iterable
from hashlib import blake2b
from typing import Any

from app.core.valkey.client import Script, Valkey

Caller = tuple[Hashable, ...]  # the identities of one caller: the client address and, if signed in, the user

_MARK = "for i, key in ipairs(KEYS) do redis.call('SET', key, 1, 'PX', ARGV[i]) end return KEYS"
_MARKED = "local found = {} for i, key in ipairs(KEYS) do found[i] = redis.call('EXISTS', key) end return found"


class RecentWrites:
    """The callers that have written, and when. `lifetime` is for how many seconds other workers remember it."""

    def __init__(self, valkey: Valkey | None, lifetime: float) -> None:
        self._valkey, self._lifetime = valkey, int(lifetime * 1000)
        self._written_at: dict[Hashable, float] = {}  # by time.monotonic()
        self._changed = asyncio.Event()
        if valkey is not None:
            self._mark = valkey.script(_MARK, keys=1)
            self._marked = valkey.script(_MARKED, keys=1, reads=True)

    async def record(self, caller: Caller) -> None:
        """Record a write; call it after the commit and before the response."""
        self._written_at.update(dict.fromkeys(caller, time.monotonic()))
        self._changed.set()
        if self._valkey is not None:
            await asyncio.gather(*_calls(self._valkey, caller, self._mark, self._lifetime))

    async def has_written(self, caller: Caller, since: float) -> bool:
        """Whether the caller has written since; also if that is unknown because Valkey is down."""
        if any(self._written_at.get(identity, since) > since for identity in caller):
            return True
        if self._valkey is None:
            return False
        found = await asyncio.gather(*_calls(self._valkey, caller, self._marked))
        return not all(answer == 0 for answer in found)

    def forget(self, before: float) -> None:
        """Forget the writes that the replica has applied."""
        self._written_at = {identity: at for identity, at in self._written_at.items() if at >= before}

    async def wait(self, least: float, most: float) -> None:
        """Wait `least` seconds, then for a write, at most `most` seconds."""
        await asyncio.sleep(least)
        if not self._written_at:
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(most):
                    await self._changed.wait()


def _calls(valkey: Valkey, caller: Caller, script: Script, *arguments: int) -> Iterable[Awaitable[Any]]:
    for identity in caller:
        hashed = blake2b(repr(identity).encode(), digest_size=12).hexdigest()
        yield valkey.call(script, hashed[0], (f"accord:wrote:{{{hashed[0]}}}:{hashed}",), arguments)
