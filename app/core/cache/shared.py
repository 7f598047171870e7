"""The cache of all workers, in Valkey."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Hashable
from functools import partial
from hashlib import blake2b
from typing import Any, TypeVar

from accord.runtime import Encoded
from app.core.cache.memory import MAX_BODY, TTL
from app.core.cache.singleflight import Compute, Uncached, run_once
from app.core.valkey.client import ScriptCall, Valkey

T = TypeVar("T")

# A generation is 16 random digits, so none ever comes back, whatever the server forgot. Without one, a new one begins: it need
# not outlive its entries by much, and whoever asks for a million topics that keep nothing must not fill the server.
_READ = """
local told = {}
for i = 1, #KEYS / 2 do
  local generation = redis.call('GET', KEYS[2 * i - 1])
  if not generation then
    generation = ARGV[i]
    redis.call('SET', KEYS[2 * i - 1], generation, 'EX', 600)
  end
  local entry = redis.call('GET', KEYS[2 * i])
  told[i] = {generation, entry and string.sub(entry, 1, 16) == generation and entry or false}
end
return told
"""
_WRITE = """
local told = {}
for i = 1, #KEYS / 2 do
  local entry = ARGV[2 * i]
  told[i] = redis.call('GET', KEYS[2 * i - 1]) == string.sub(entry, 1, 16)
  if told[i] then redis.call('SET', KEYS[2 * i], entry, 'PX', ARGV[2 * i - 1]) end
end
return told
"""
_DROP = """
for i, key in ipairs(KEYS) do redis.call('SET', key, ARGV[i], 'EX', 600) end
return ARGV
"""
_GENERATION, _ETAG = 16, 34  # bytes at the beginning of an entry; the body follows


class SharedCache:
    """Keeps entries in Valkey, for all workers. While it is out nothing is kept.

    A `drop` that could not be delivered is delivered before this worker trusts Valkey again. Meanwhile a worker that
    still reaches it may serve the older entry, for the rest of its minute.
    """

    def __init__(self, valkey: Valkey) -> None:
        self._valkey, self._uncached = valkey, Uncached()
        self._read = valkey.script(_READ, keys=2, arguments=1, reads=True)
        self._write = valkey.script(_WRITE, keys=2, arguments=2)
        self._drop = valkey.script(_DROP, keys=1, arguments=1)
        self._computing: dict[Hashable, asyncio.Task[Any]] = {}

    async def get(self, topic: str, key: str, make: Compute[T]) -> Encoded[T]:
        """The entry, else what `make` gives."""
        if not self._valkey.available:
            return await self._uncached.get(topic, key, make)
        name = f"accord:cache:{{{topic}}}:{blake2b(key.encode(), digest_size=16).hexdigest()}"
        keys = (_generation_key(topic), name)
        told = await self._ask(ScriptCall(self._read, topic, keys, (secrets.token_hex(8),), _ignore))
        if told is None:
            return await self._uncached.get(topic, key, make)
        generation, entry = told
        if entry:
            return Encoded(entry[_GENERATION + _ETAG :], entry[_GENERATION : _GENERATION + _ETAG].decode("ascii"))
        return await run_once(self._computing, (name, generation), lambda: self._compute(topic, keys, generation, make))

    async def drop(self, *topics: str) -> None:
        """Begin a new generation of the topics, now or before this worker reads from Valkey again."""
        calls = [
            self._ask(
                ScriptCall(self._drop, topic, (_generation_key(topic),), (secrets.token_hex(8),), _ignore, must_deliver=True)
            )
            for topic in topics
        ]
        for call in calls:
            await call

    async def _compute(self, topic: str, keys: tuple[str, str], generation: bytes, make: Compute[T]) -> Encoded[T]:
        encoded = Encoded.of(await make())
        if len(encoded.body) <= MAX_BODY:
            entry = generation + encoded.etag.encode() + encoded.body
            self._valkey.send(ScriptCall(self._write, topic, keys, (int(TTL * 1000), entry), _ignore))
        return encoded

    def _ask(self, call: ScriptCall) -> asyncio.Future[Any]:
        """Send a call; the future has its answer, or None: Valkey is out."""
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._valkey.send(call._replace(done=partial(_settle, answer)))
        return answer


def _generation_key(topic: str) -> str:
    return f"accord:cache:{{{topic}}}:generation"


def _ignore(_: object) -> None:
    """Whether an entry was stored changes nothing."""


def _settle(answer: asyncio.Future[Any], told: object) -> None:
    if not answer.done():  # else the request was cancelled
        answer.set_result(told)
