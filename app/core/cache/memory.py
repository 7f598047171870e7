"""The cache of a single worker, in its memory."""

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
MAX_BYTES = 16 << 20  # of one process
MAX_BODY = 256 << 10  # bytes of one body; a longer one is computed each time


class _Entry(NamedTuple):
    begun: int
    until: float
    encoded: Encoded[Any]


class MemoryCache:
    """Keeps the entries used last, of one process which makes all writes."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, entries: int = MAX_ENTRIES, size: int = MAX_BYTES
    ) -> None:
        self._clock, self._most_entries, self._most_bytes = clock, entries, size
        self._drops = 0  # so far; what began before the last one of its topic is not served after it
        self._dropped: OrderedDict[str, int] = OrderedDict()  # the last of each topic, of as many topics as there are entries
        self._forgotten = 0  # the last drop that is not known any more: it may have been of any topic
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._bytes = 0
        self._computing: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, topic: str, key: str, make: Compute[T]) -> Encoded[T]:
        """The entry, else what `make` gives."""
        name, last = (topic, key), self._last_drop(topic)
        entry = self._entries.get(name)
        if entry is not None:
            if entry.begun >= last and self._clock() < entry.until:
                self._entries.move_to_end(name)
                return entry.encoded
            self._forget(name)
        return await run_once(self._computing, (name, last), lambda: self._compute(name, make))

    async def drop(self, *topics: str) -> None:
        """Begin a new generation of the topics; the entries of the old one make room when they are met."""
        for topic in topics:
            self._drops += 1
            self._dropped[topic] = self._drops
            self._dropped.move_to_end(topic)
            if len(self._dropped) > self._most_entries:
                _, self._forgotten = self._dropped.popitem(last=False)

    def _last_drop(self, topic: str) -> int:
        return self._dropped.get(topic, self._forgotten)

    async def _compute(self, name: tuple[str, str], make: Compute[T]) -> Encoded[T]:
        begun = self._drops
        encoded = Encoded.of(await make())
        size = len(encoded.body)
        if begun >= self._last_drop(name[0]) and size <= min(MAX_BODY, self._most_bytes):
            self._forget(name)
            self._entries[name] = _Entry(begun, self._clock() + TTL, encoded)
            self._bytes += size
            while len(self._entries) > self._most_entries or self._bytes > self._most_bytes:
                self._forget(next(iter(self._entries)))
        return encoded

    def _forget(self, name: tuple[str, str]) -> None:
        entry = self._entries.pop(name, None)
        if entry is not None:
            self._bytes -= len(entry.encoded.body)
