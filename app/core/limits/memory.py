"""Rate limits: GCRA, one number a client (its theoretical arrival time), so a burst and a rate in one.

`Limit` counts in memory. `SharedLimit` counts in Valkey, for all workers together, and in memory while Valkey is out.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Hashable
from functools import partial
from hashlib import blake2b
from ipaddress import IPv6Address
from typing import NamedTuple, TypeAlias

from app.core.valkey.client import Script, ScriptCall, Valkey

Headers = tuple[tuple[bytes, bytes], ...]

# The same as `Limit.hit`, in microseconds of the server's clock, which all workers share. For each KEY: the step and the
# period. Answers how far the client is ahead, or the negative time to wait. A key expires when its client is back at zero.
# A clock that is set back leaves arrival times that no client can have earned: they count as one used-up limit, not more.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local told = {}
for i, key in ipairs(KEYS) do
  local step, period = tonumber(ARGV[2 * i - 1]), tonumber(ARGV[2 * i])
  local rounding = 1 + period / step / 2
  local due = tonumber(redis.call('GET', key) or now)
  due = math.max(now, math.min(due, now + period)) + step
  local ahead = due - now
  if ahead > period + rounding then
    told[i] = -math.ceil(ahead - period)
  else
    --count
    told[i] = math.ceil(ahead)
  end
end
return told
"""
_HIT = _SCRIPT.replace("--count", "redis.call('SET', key, string.format('%.0f', due), 'PX', math.ceil(ahead / 1000))")
_PEEK = _SCRIPT.replace("--count", "")

MAX_KEYS = 100_000  # that one limit remembers in memory, some 15 MB


class Decision(NamedTuple):
    """The headers that tell of the limit, and seconds to wait (0: go on)."""

    headers: Headers
    wait: int


UNLIMITED = Decision((), 0)
PendingDecision: TypeAlias = Decision | asyncio.Future[Decision]  # what `hit` gives; a future only where it has to be asked for


async def resolve(answer: PendingDecision) -> Decision:
    """The decision, awaited if it must be."""
    return await answer if isinstance(answer, asyncio.Future) else answer


def client_key(address: str) -> Hashable:
    """Who is counted as one: of IPv6 a network of 64 bits, which every client has whole and could change address in forever."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:  # whatever a proxy calls its client
        return address
    return str(parsed.ipv4_mapped) if parsed.ipv4_mapped is not None else int(parsed) >> 64


class Limit:
    """So many requests in a period (seconds) for each key; the whole burst may come at once.

    Of `share` workers that know nothing of each other each allows its part, at least one request a period. The
    headers tell the whole policy, and what is left here.
    """

    def __init__(
        self, name: str, requests: int, period: float, clock: Callable[[], float] = time.monotonic, *, share: int = 1
    ) -> None:
        self._name, self._period, self._clock = name.encode(), period, clock
        self._step = min(period, period * share / requests)
        self._arrival: dict[Hashable, float] = {}
        self._policy = (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (self._name, requests, period))
        self._sweep_at = clock() + period

    def hit(self, key: Hashable) -> Decision:
        """Count one request."""
        now = self._clock()
        if now > self._sweep_at or len(self._arrival) >= MAX_KEYS:
            self._forget(now)
        due = max(self._arrival.get(key, now), now) + self._step
        ahead = due - now
        if ahead > self._period + 1e-9:
            return self.refused(ahead - self._period)
        self._arrival[key] = due
        return self.allowed(ahead)

    def peek(self, key: Hashable) -> Decision:
        """What `hit` would say, without counting."""
        now = self._clock()
        ahead = max(self._arrival.get(key, now), now) + self._step - now
        return self.refused(ahead - self._period) if ahead > self._period + 1e-9 else self.allowed(ahead)

    def _forget(self, now: float) -> None:
        """Forget those that are back at zero, so memory follows the clients of one period; of too many also the oldest."""
        kept = [(key, due) for key, due in self._arrival.items() if due > now]
        self._arrival = dict(kept[-MAX_KEYS // 2 :])
        self._sweep_at = now + self._period

    def allowed(self, ahead: float) -> Decision:
        """The decision on a client that is so many seconds ahead of its rate."""
        left = int((self._period - ahead) / self._step + 1e-4)
        return Decision((self._policy, (b"ratelimit", b'"%b";r=%d;t=%d' % (self._name, left, math.ceil(ahead)))), 0)

    def refused(self, seconds: float) -> Decision:
        """The decision on a client that has to wait."""
        wait = math.ceil(seconds)
        return Decision((self._policy, (b"ratelimit", b'"%b";r=0;t=%d' % (self._name, wait))), wait)


class SharedLimit:
    """The same, counted by all workers together; keys are hashed, so Valkey learns no addresses and no names."""

    def __init__(self, name: str, requests: int, period: float, valkey: Valkey) -> None:
        self._name, self._valkey = name, valkey
        self._hit, self._peek = (valkey.script(script, keys=1, arguments=2) for script in (_HIT, _PEEK))
        self._policy = (period / requests * 1e6, period * 1e6)
        self._local = Limit(name, requests, period)

    def hit(self, key: Hashable) -> PendingDecision:
        """Count one request; while Valkey is out, of this worker's alone."""
        return self._ask(self._hit, key) if self._valkey.available else self._local.hit(key)

    def peek(self, key: Hashable) -> PendingDecision:
        """What `hit` would say, without counting."""
        return self._ask(self._peek, key) if self._valkey.available else self._local.peek(key)

    def _ask(self, script: Script, key: Hashable) -> asyncio.Future[Decision]:
        valkey = self._valkey
        decision: asyncio.Future[Decision] = asyncio.get_running_loop().create_future()
        hashed = blake2b(repr(key).encode(), digest_size=12).hexdigest()
        tag = hashed[0]  # sixteen tags, so that a cluster spreads the clients and many hits still go out as one call
        name = f"accord:limit:{{{tag}}}:{self._name}:{hashed}"
        locally = self._local.hit if script is self._hit else self._local.peek
        valkey.send(ScriptCall(script, tag, (name,), self._policy, partial(self._heard, decision, partial(locally, key))))
        return decision

    def _heard(self, decision: asyncio.Future[Decision], locally: Callable[[], Decision], told: int | None) -> None:
        if decision.done():  # the request was cancelled
            return
        if told is None:
            decision.set_result(locally())
        elif told > 0:
            decision.set_result(self._local.allowed(told / 1e6))
        else:
            decision.set_result(self._local.refused(-told / 1e6))


def create_limit(
    name: str, requests: int, period: float, valkey: Valkey | None, *, share: int = 1
) -> Limit | SharedLimit | None:
    """The limit as the settings have it: none for 0 requests, shared through Valkey, or this worker's part of it."""
    if not requests:
        return None
    return Limit(name, requests, period, share=share) if valkey is None else SharedLimit(name, requests, period, valkey)
