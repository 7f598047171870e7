"""Rate limits in memory: GCRA, one float a client (its theoretical arrival time), so a burst and a rate in one number."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from ipaddress import IPv6Address
from typing import NamedTuple

Headers = tuple[tuple[bytes, bytes], ...]


class Verdict(NamedTuple):
    """The headers that tell of the limit, and seconds to wait (0: go on)."""

    headers: Headers
    wait: int


def client(address: str) -> Hashable:
    """Who is counted as one: of IPv6 a network of 64 bits, which every client has whole and could change address in forever."""
    if ":" not in address:
        return address
    try:
        parsed = IPv6Address(address)
    except ValueError:  # whatever a proxy calls its client
        return address
    return str(parsed.ipv4_mapped) if parsed.ipv4_mapped is not None else int(parsed) >> 64


class Limit:
    """So many requests in a period (seconds) for each key; the whole burst may come at once."""

    def __init__(self, name: str, requests: int, period: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._name, self._period, self._step, self._clock = name.encode(), period, period / requests, clock
        self._arrival: dict[Hashable, float] = {}
        self._policy = (b"ratelimit-policy", b'"%b";q=%d;w=%d' % (self._name, requests, period))
        self._sweep_at = clock() + period

    def hit(self, key: Hashable) -> Verdict:
        """Count one request."""
        now = self._clock()
        if now > self._sweep_at:  # forget those that are back at zero, so memory follows the clients of one period
            self._arrival = {known: due for known, due in self._arrival.items() if due > now}
            self._sweep_at = now + self._period
        due = max(self._arrival.get(key, now), now) + self._step
        ahead = due - now
        if ahead > self._period + 1e-9:
            wait = math.ceil(ahead - self._period)
            return Verdict((self._policy, (b"ratelimit", b'"%b";r=0;t=%d' % (self._name, wait))), wait)
        self._arrival[key] = due
        left = int((self._period - ahead) / self._step + 1e-9)
        return Verdict((self._policy, (b"ratelimit", b'"%b";r=%d;t=%d' % (self._name, left, math.ceil(ahead)))), 0)
