"""Rate limits in memory (GCRA)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from ipaddress import IPv6Address
from typing import NamedTuple

Headers = tuple[tuple[bytes, bytes], ...]

MAX_KEYS = 100_000  # of one limit, about 15 MB


class Decision(NamedTuple):
    """The RateLimit headers, and the seconds to wait; 0: the request is allowed."""

    headers: Headers
    wait: int


UNLIMITED = Decision((), 0)


def client_key(address: str) -> Hashable:
    """Rate-limit key of a client address. IPv6 clients are keyed by their /64."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:  # a proxy may name its client otherwise
        return address
    return str(parsed.ipv4_mapped) if parsed.ipv4_mapped is not None else int(parsed) >> 64


class Limit:
    """A number of requests per period (seconds) and key. The whole number may arrive as one burst.

    Each of `share` independent workers allows its part, at least one request per period. The headers state the whole policy,
    and what remains in this worker.
    """

    def __init__(
        self, name: str, requests: int, period: float, clock: Callable[[], float] = time.monotonic, *, share: int = 1
    ) -> None:
        self._name, self._period, self._clock = name.encode(), period, clock
        self._step = min(period, period * share / requests)
        self._arrival: dict[Hashable, float] = {}  # theoretical arrival times
        self._policy = (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (self._name, requests, period))
        self._sweep_at = clock() + period

    def hit(self, key: Hashable) -> Decision:
        """Count one request."""
        now = self._clock()
        if now > self._sweep_at or len(self._arrival) >= MAX_KEYS:
            self._evict(now)
        due = max(self._arrival.get(key, now), now) + self._step
        ahead = due - now
        if ahead > self._period + 1e-9:
            return self.refused(ahead - self._period)
        self._arrival[key] = due
        return self.allowed(ahead)

    def peek(self, key: Hashable) -> Decision:
        """What `hit` would return, without counting."""
        now = self._clock()
        ahead = max(self._arrival.get(key, now), now) + self._step - now
        return self.refused(ahead - self._period) if ahead > self._period + 1e-9 else self.allowed(ahead)

    def _evict(self, now: float) -> None:
        """Remove the keys that are back at zero and, if there are too many, the oldest."""
        kept = [(key, due) for key, due in self._arrival.items() if due > now]
        self._arrival = dict(kept[-MAX_KEYS // 2 :])
        self._sweep_at = now + self._period

    def allowed(self, ahead: float) -> Decision:
        """The decision for a client that is `ahead` seconds ahead of its rate."""
        left = int((self._period - ahead) / self._step + 1e-4)
        return Decision((self._policy, (b"ratelimit", b'"%b";r=%d;t=%d' % (self._name, left, math.ceil(ahead)))), 0)

    def refused(self, seconds: float) -> Decision:
        """The decision for a client that has to wait."""
        wait = math.ceil(seconds)
        return Decision((self._policy, (b"ratelimit", b'"%b";r=0;t=%d' % (self._name, wait))), wait)
