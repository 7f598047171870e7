"""Rate limits in Valkey, shared by all workers; in memory while Valkey is down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from functools import partial
from hashlib import blake2b
from typing import TypeAlias

from app.core.limits.memory import Decision, Limit
from app.core.valkey.client import Script, ScriptCall, Valkey

# GCRA as in `Limit`, in microseconds of the server's clock, which all workers share. ARGV: step and period of each KEY. Returns
# how far the client is ahead of its rate, or the negative time to wait. A key expires when its client is back at zero. If the
# clock is set back, arrival times too far ahead count as one used-up limit, not more.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local decisions = {}
for i, key in ipairs(KEYS) do
  local step, period = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local rounding = 1 + period / step / 2
  local due = tonumber(redis.call('GET', key) or now)
  due = math.max(now, math.min(due, now + period)) + step
  local ahead = due - now
  if ahead > period + rounding then
    decisions[i] = -math.ceil(ahead - period)
  else
    --count
    decisions[i] = math.ceil(ahead)
  end
end
return decisions
"""
_HIT = _SCRIPT.replace("--count", "redis.call('SET', key, string.format('%.0f', due), 'PX', math.ceil(ahead / 1000))")
_PEEK = _SCRIPT.replace("--count", "")

PendingDecision: TypeAlias = Decision | asyncio.Future[Decision]  # a future if Valkey has to be asked


async def resolve(decision: PendingDecision) -> Decision:
    """Await the decision if it is a future."""
    return await decision if isinstance(decision, asyncio.Future) else decision


class SharedLimit:
    """A `Limit` counted by all workers together. Keys are hashed, so Valkey sees no addresses and no names."""

    def __init__(self, name: str, requests: int, period: float, valkey: Valkey) -> None:
        self._name, self._valkey = name, valkey
        self._hit, self._peek = (valkey.script(script, keys=1) for script in (_HIT, _PEEK))
        self._policy = (period / requests * 1e6, period * 1e6)
        self._local = Limit(name, requests, period)

    def hit(self, key: Hashable) -> PendingDecision:
        """Count one request; while Valkey is down, among those of this worker."""
        return self._call(self._hit, key) if self._valkey.available else self._local.hit(key)

    def peek(self, key: Hashable) -> PendingDecision:
        """What `hit` would return, without counting."""
        return self._call(self._peek, key) if self._valkey.available else self._local.peek(key)

    def _call(self, script: Script, key: Hashable) -> asyncio.Future[Decision]:
        decision: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        hashed = blake2b(repr(key).encode(), digest_size=12).hexdigest()
        tag = hashed[0]  # 16 hash tags: a Cluster distributes the clients, and many hits still form one batch
        name = f"accord:limit:{{{tag}}}:{self._name}:{hashed}"
        locally = self._local.hit if script is self._hit else self._local.peek
        done = partial(self._settle, decision, partial(locally, key))
        self._valkey.send(ScriptCall(script, tag, (name,), self._policy, done))
        return decision

    def _settle(self, decision: asyncio.Future[Decision], locally: Callable[[], Decision], result: int | None) -> None:
        if decision.done():  # the request was cancelled
            return
        if result is None:
            decision.set_result(locally())
        elif result > 0:
            decision.set_result(self._local.allowed(result / 1e6))
        else:
            decision.set_result(self._local.refused(-result / 1e6))
