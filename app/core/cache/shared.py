"""The cache in Valkey, shared by all workers."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Hashable
from hashlib import blake2b
from typing import Any, TypeVar

from accord.runtime import Encoded
from app.core.cache.memory import MAX_BODY, TTL
from app.core.cache.singleflight import Compute, Uncached, run_once
from app.core.valkey import Valkey

T = TypeVar("T")

# A generation is 16 random digits, so an old one never recurs, even if the server loses its data. A missing one is replaced by
# a new one. It expires soon after its entries, so that requests for a million topics cannot fill the server.
_READ = """
local found = {}
for i = 1, #KEYS / 2 do
  local generation = redis.call('GET', KEYS[2 * i - 1])
  if not generation then
    generation = ARGV[i]
    redis.call('SET', KEYS[2 * i - 1], generation, 'EX', 600)
  end
  local entry = redis.call('GET', KEYS[2 * i])
  found[i] = {generation, entry and string.sub(entry, 1, 16) == generation and entry or false}
end
return found
"""
_WRITE = """
local found = {}
for i = 1, #KEYS / 2 do
  local entry = ARGV[2 * i]
  found[i] = redis.call('GET', KEYS[2 * i - 1]) == string.sub(entry, 1, 16)
  if found[i] then redis.call('SET', KEYS[2 * i], entry, 'PX', ARGV[2 * i - 1]) end
end
return found
"""
_DROP = """
for i, key in ipairs(KEYS) do redis.call('SET', key, ARGV[i], 'EX', 600) end
return ARGV
"""
_GENERATION, _ETAG = 16, 34  # lengths in bytes: an entry is its generation, its ETag and its body


class SharedCache:
    """A `Cache` in Valkey. While Valkey is down nothing is cached.

    An invalidation that could not be delivered is delivered before this worker uses Valkey again. Meanwhile another worker that
    still reaches it may serve the old entry until it expires.
    """

    def __init__(self, valkey: Valkey) -> None:
        self._valkey, self._uncached = valkey, Uncached()
        self.hits = self.misses = 0
        self._read = valkey.script(_READ, keys=2, reads=True)
        self._write = valkey.script(_WRITE, keys=2)
        self._drop = valkey.script(_DROP, keys=1)
        self._computing: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, topic: str, key: str, compute: Compute[T]) -> Encoded[T]:
        """The cached value, else the computed one."""
        if not self._valkey.available:
            self.misses += 1
            return await self._uncached.get(topic, key, compute)
        name = f"accord:cache:{{{topic}}}:{blake2b(key.encode(), digest_size=16).hexdigest()}"
        keys = (_generation_key(topic), name)
        found = await self._valkey.call(self._read, topic, keys, (secrets.token_hex(8),))
        if found is None:
            self.misses += 1
            return await self._uncached.get(topic, key, compute)
        generation, entry = found
        if entry:
            self.hits += 1
            return Encoded(entry[_GENERATION + _ETAG :], entry[_GENERATION : _GENERATION + _ETAG].decode("ascii"))
        self.misses += 1
        return await run_once(self._computing, (name, generation), lambda: self._compute(topic, keys, generation, compute))

    async def drop(self, *topics: str) -> None:
        """Start a new generation of the topics, now or before this worker reads from Valkey again."""
        calls = [
            self._valkey.call(self._drop, topic, (_generation_key(topic),), (secrets.token_hex(8),), must_deliver=True)
            for topic in topics
        ]
        for call in calls:
            await call

    async def _compute(self, topic: str, keys: tuple[str, str], generation: bytes, compute: Compute[T]) -> Encoded[T]:
        encoded = Encoded.of(await compute())
        if len(encoded.body) <= MAX_BODY:
            entry = generation + encoded.etag.encode() + encoded.body
            self._valkey.call(self._write, topic, keys, (int(TTL * 1000), entry))  # the result does not matter
        return encoded


def _generation_key(topic: str) -> str:
    return f"accord:cache:{{{topic}}}:generation"
