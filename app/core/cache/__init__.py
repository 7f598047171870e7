"""Encoded bodies of public lists, kept for a minute, never served once what they tell of was changed.

Every entry belongs to a generation of its topic. `drop` ends the generation before the write that calls it is answered; what
was computed in an earlier generation is never stored in a later one. Equal gets that meet compute once.
"""

from __future__ import annotations

from typing import Protocol, TypeVar

from accord.runtime import Encoded
from app.core.cache.memory import MemoryCache
from app.core.cache.shared import SharedCache
from app.core.cache.singleflight import Compute, Uncached
from app.core.valkey.client import Valkey

T = TypeVar("T")


class Cache(Protocol):
    """Topics of entries. `key` tells everything that a body depends on, of which what its reader may see."""

    async def get(self, topic: str, key: str, make: Compute[T]) -> Encoded[T]:
        """The entry, else what `make` gives, encoded. What `make` raises is raised to all who wait for it, and not kept."""

    async def drop(self, *topics: str) -> None:
        """Forget topics: call it after the commit and before the answer, also if nobody can say whether it was one."""


def create_cache(valkey: Valkey | None, *, alone: bool) -> Cache:
    """In Valkey, in the memory of a process that is alone with its database, or none."""
    if valkey is not None:
        return SharedCache(valkey)
    return MemoryCache() if alone else Uncached()
