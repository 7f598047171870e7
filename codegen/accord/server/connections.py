"""Which connections and hosts a server takes: how many in all and of one address, and which `OpenAPIApp` (docs/adr/0019)."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from ipaddress import ip_address, ip_network

import structlog

_WARNING_SECONDS = 10.0  # at least, between two warnings of full limits
_MOST_KNOWN_HOSTS = 1000

# uri-host [ ":" port ] (RFC 9110 7.2, RFC 3986 3.2.2)
_HOST = re.compile(rb"(?:\[([0-9A-Fa-f:.]+)\]|((?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*))(?::[0-9]*)?", re.ASCII).fullmatch

_log = structlog.get_logger()


class Connections:
    """Counts the open connections of one process. A limit of 0 is none.

    `key` says which addresses count as one client; addresses in `exempt` networks (proxies) have no limit of their own.
    """

    def __init__(
        self,
        most: int = 0,
        most_per_address: int = 0,
        *,
        key: Callable[[str], Hashable] = lambda address: address,
        exempt: Iterable[str] = (),
    ) -> None:
        self.most, self._most_per_address, self._key = most, most_per_address, key
        self._exempt = [ip_network(network) for network in exempt]
        self._open = 0
        self._of: Counter[Hashable] = Counter()
        self._refused, self._warn_at = 0, 0.0

    def enter(self, address: str) -> Hashable | None:
        """Count a connection of an address; the key to `leave` with, None if it is one too many."""
        key = self._key(address)
        full = self.most and self._open >= self.most
        if full or (self._most_per_address and self._of[key] >= self._most_per_address and not self._is_exempt(address)):
            self._warn(address)
            return None
        self._open += 1
        self._of[key] += 1
        return key

    def leave(self, key: Hashable) -> None:
        """A connection is closed."""
        self._open -= 1
        self._of[key] -= 1
        if not self._of[key]:
            del self._of[key]

    def _is_exempt(self, address: str) -> bool:
        if not self._exempt or not address:
            return not address  # a Unix socket has no address
        parsed = ip_address(address.partition("%")[0])
        return any(parsed in network for network in self._exempt)

    def _warn(self, address: str) -> None:
        self._refused += 1
        if (now := time.monotonic()) >= self._warn_at:
            _log.warning("too many connections; new ones are closed", refused=self._refused, open=self._open, last=address)
            self._refused, self._warn_at = 0, now + _WARNING_SECONDS


class Hosts:
    """The values of `OpenAPIApp` that are served: well-formed ones, and of `allowed` names if there are any.

    `*.example.com` allows every name below `example.com`.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        names = [name.lower() for name in allowed]
        self._names = {name for name in names if not name.startswith("*.")}
        self._suffixes = tuple(name[1:] for name in names if name.startswith("*."))
        self._known: set[bytes] = set()

    def fault(self, host: bytes) -> str | None:
        """What is wrong with a value; None if nothing is."""
        if host in self._known:
            return None
        match = _HOST(host)
        if match is None:
            return "The Host header is malformed."
        if self._names or self._suffixes:
            name = (match[1] or match[2]).decode().lower().removesuffix(".")
            if name not in self._names and not name.endswith(self._suffixes or "\0"):
                return "This host is not served here."
        if len(self._known) < _MOST_KNOWN_HOSTS:
            self._known.add(host)
        return None
