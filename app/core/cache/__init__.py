"""The cache of encoded response bodies of public lists: 60 seconds, invalidated by every write.

Every entry belongs to a generation of its topic. `drop` starts a new generation before the response to a write is sent; a value
computed in an earlier generation is never stored in a later one. Concurrent calls for the same key compute once (singleflight).
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from accord.runtime import Encoded
from app.core.cache.memory import MemoryCache
from app.core.cache.shared import SharedCache
from app.core.cache.singleflight import Compute, Uncached
from app.core.config import Settings
from app.core.urls.database import is_sqlite
from app.core.valkey import Valkey

T = TypeVar("T")


class Cache(Protocol):
    """Entries by topic and key. The key includes everything that a body depends on, such as what its reader may see."""

    hits: int  # calls of `get` answered from the cache since the start, and others
    misses: int

    async def get(self, topic: str, key: str, compute: Compute[T]) -> Encoded[T]:
        """The cached value, else the computed one, encoded. An exception is raised to all waiting callers and not cached."""

    async def drop(self, *topics: str) -> None:
        """Invalidate topics. Call it after the commit and before the response, also if the outcome of the commit is unknown."""


def create_cache(settings: Settings, valkey: Valkey | None) -> Cache:
    """A cache in Valkey, else in memory if only this process uses the database, else none."""
    if settings.cache == "off":
        return Uncached()
    if valkey is not None:
        return SharedCache(valkey)
    # In-memory caches of several processes cannot invalidate each other, and a PostgreSQL may serve several.
    single_process = settings.workers == 1 and (settings.cache == "memory" or is_sqlite(settings.database_url))
    return MemoryCache() if single_process else Uncached()
