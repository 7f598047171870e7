"""The cache in memory, for a single process."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple, TypeVar

from accord.runtime import Encoded
from app.core.cache.singleflight import Compute, run_once

T = TypeVar("T")

TTL = 60.0  # seconds
MAX_ENTRIES = 4096
MAX_BYTES = 16 << 20  # of all bodies
MAX_BODY = 256 << 10  # bytes of one body; a longer one is not cached


class _Entry(NamedTuple):
    started: int
    expires_at: float
    encoded: Encoded[Any]


class MemoryCache:
    """A `Cache` in memory with LRU eviction, for the only process that writes to the database."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, entries: int = MAX_ENTRIES, size: int = MAX_BYTES
    ) -> None:
        self.hits = self.misses = 0
        self._clock, self._max_entries, self._max_bytes = clock, entries, size
        self._drops = 0  # so far; an entry computed before the last drop of its topic is stale
        self._dropped: OrderedDict[str, int] = OrderedDict()  # the last one of each topic, for as many topics as entries
        self._forgotten = 0  # the last drop no longer in _dropped, which may have been of any topic
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._bytes = 0
        self._computing: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, topic: str, key: str, compute: Compute[T]) -> Encoded[T]:
        """The cached value, else the computed one."""
        name, last = (topic, key), self._last_drop(topic)
        entry = self._entries.get(name)
        if entry is not None:
            if entry.started >= last and self._clock() < entry.expires_at:
                self._entries.move_to_end(name)
                self.hits += 1
                return entry.encoded
            self._remove(name)
        self.misses += 1
        return await run_once(self._computing, (name, last), lambda: self._compute(name, compute))

    async def drop(self, *topics: str) -> None:
        """Start a new generation of the topics; stale entries are removed on access or by eviction."""
        for topic in topics:
            self._drops += 1
            self._dropped[topic] = self._drops
            self._dropped.move_to_end(topic)
            if len(self._dropped) > self._max_entries:
                _, self._forgotten = self._dropped.popitem(last=False)

    def _last_drop(self, topic: str) -> int:
        return self._dropped.get(topic, self._forgotten)

    async def _compute(self, name: tuple[str, str], compute: Compute[T]) -> Encoded[T]:
        started = self._drops
        encoded = Encoded.of(await compute())
        size = len(encoded.body)
        if started >= self._last_drop(name[0]) and size <= min(MAX_BODY, self._max_bytes):
            self._remove(name)
            self._entries[name] = _Entry(started, self._clock() + TTL, encoded)
            self._bytes += size
            while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
                self._remove(next(iter(self._entries)))
        return encoded

    def _remove(self, name: tuple[str, str]) -> None:
        entry = self._entries.pop(name, None)
        if entry is not None:
            self._bytes -= len(entry.encoded.body)
