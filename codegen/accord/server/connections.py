"""What all connections of a server share: limits, in all and per client address, and the allowed hosts (docs/adr/0019)."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from ipaddress import ip_address, ip_network
from typing import Any

import structlog
from uvicorn.server import ServerState

from accord.errors import RequestRejected

READ_BYTES = 16 * 1024  # read from the network at once, which also bounds the unparsed requests of one connection
_WARNING_SECONDS = 10.0  # the shortest interval between two warnings
_MAX_CACHED_HOSTS = 1000

# uri-host [ ":" port ] (RFC 9110 7.2, RFC 3986 3.2.2)
_HOST = re.compile(rb"(?:\[([0-9A-Fa-f:.]+)\]|((?:[\w.~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*))(?::[0-9]*)?", re.ASCII).fullmatch

_log = structlog.get_logger()


class Connections:
    """Counts the open connections of one process. A limit of 0 means unlimited.

    Addresses with the same `key` count as one client. Addresses in `exempt` networks (proxies) have no limit per address.
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
        self._by_key: Counter[Hashable] = Counter()
        self._rejected, self._warn_at = 0, 0.0

    def enter(self, address: str) -> Hashable | None:
        """Count a new connection; returns the key for `leave`, or None if a limit is exceeded."""
        key = self._key(address)
        is_full = self.most and self._open >= self.most
        if is_full or (self._most_per_address and self._by_key[key] >= self._most_per_address and not self._is_exempt(address)):
            self._warn(address)
            return None
        self._open += 1
        self._by_key[key] += 1
        return key

    def leave(self, key: Hashable) -> None:
        """Count a closed connection."""
        self._open -= 1
        self._by_key[key] -= 1
        if not self._by_key[key]:
            del self._by_key[key]

    def _is_exempt(self, address: str) -> bool:
        if not self._exempt or not address:
            return not address  # a Unix socket has no address
        parsed = ip_address(address.partition("%")[0])
        return any(parsed in network for network in self._exempt)

    def _warn(self, address: str) -> None:
        self._rejected += 1
        if (now := time.monotonic()) >= self._warn_at:
            _log.warning(
                "connection limit reached; closing new connections", rejected=self._rejected, open=self._open, last=address
            )
            self._rejected, self._warn_at = 0, now + _WARNING_SECONDS


class Hosts:
    """The accepted values of Host: well-formed ones, only those `allowed` if there are any. `*.a.example` is any subdomain."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        names = [name.lower() for name in allowed]
        self._names = {name for name in names if not name.startswith("*.")}
        self._suffixes = tuple(name[1:] for name in names if name.startswith("*."))
        self._cache: set[bytes] = set()

    def fault(self, host: bytes) -> str | None:
        """What is wrong with a value, or None."""
        if host in self._cache:
            return None
        match = _HOST(host)
        if match is None:
            return "The Host header is malformed."
        if self._names or self._suffixes:
            name = (match[1] or match[2]).decode().lower().removesuffix(".")
            if name not in self._names and not name.endswith(self._suffixes or "\0"):
                return "This host is not served here."
        if len(self._cache) < _MAX_CACHED_HOSTS:
            self._cache.add(host)
        return None


class State(ServerState):
    """What all connections share. `reject` returns the ASGI application that responds with a rejection."""

    def __init__(
        self,
        reject: Callable[[RequestRejected], Any],
        connections: Connections | None = None,
        hosts: Hosts | None = None,
    ) -> None:
        super().__init__()
        self.is_closing = False  # every response is the last one of its connection
        self.reject = reject
        self.open_connections = connections or Connections()
        self.hosts = hosts or Hosts()
        self.buffer = memoryview(bytearray(READ_BYTES))
