"""Which URLs and addresses outgoing requests may go to, so that the service cannot be used to reach private networks (SSRF)."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import urlsplit

from app.core.errors import RequestBlocked, RequestFailed

# The registries of special-purpose addresses (RFC 6890 and its updates, as IANA lists them), with multicast and reserved space.
# Written out, because `is_global` of `ipaddress` changes between versions of Python.
_BLOCKED = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
            *("192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
            *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            # Within 2000::/3: IETF protocols (with Teredo and ORCHID), documentation, 6to4, AS112.
            *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
        ),
    )
)
# All other IPv6 addresses are loopback, link-local, unique local, multicast, mapped or translated IPv4 (NAT64), or unassigned.
_GLOBAL_UNICAST = IPv6Network("2000::/3")

_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*").fullmatch  # the last label; hosts are in lower case
DEFAULT_PORTS = {"http": 80, "https": 443}
FIRST_USER_PORT = 1024  # below are the ports of mail, remote shells, directories...
MAX_ADDRESSES = 4  # of one name that are tried
_LOOKUPS = 16  # at the same time; a resolver that does not answer holds a thread for some seconds


def is_loopback_address(host: str) -> bool:
    """Whether a host is written as a loopback address; a name is not."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class Target(NamedTuple):
    """Where a URL leads."""

    scheme: str
    host: str
    port: int
    authority: str  # the value of `Host`
    path: str  # with the query


def parse_target(url: str, *, allow_private: bool) -> Target:
    """Split a URL that the document allows.

    Raises:
        RequestBlocked: it is not HTTPS, its port is not allowed, or its host is an address that is not public or a number. With
            `allow_private` everything is allowed.
    """
    try:
        parts = urlsplit(url)
        host, default = parts.hostname or "", DEFAULT_PORTS.get(parts.scheme, 0)
        port = parts.port or default
    except ValueError:
        raise RequestBlocked("The host or the port is not valid.") from None
    if not host or not default or parts.username is not None:
        raise RequestBlocked("The URL must begin with https://, followed by a host.")
    if not allow_private:
        if parts.scheme != "https":
            raise RequestBlocked("The URL must begin with https://.")
        if port != default and port < FIRST_USER_PORT:
            raise RequestBlocked(f"The port must be {default}, or at least {FIRST_USER_PORT}.")
        literal = _literal(host)
        if literal is None and _is_number(host):
            raise RequestBlocked("An IPv4 address must be four decimal numbers separated by dots.")
        if literal is not None and not is_public(literal):
            raise RequestBlocked("The host is an address that is not public.")
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return Target(parts.scheme, host, port, parts.netloc, path)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to a host of the public Internet."""
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return not any(address in network for network in _BLOCKED if network.version == address.version)


async def resolve(host: str, port: int, *, allow_private: bool) -> Sequence[str]:
    """The addresses of a host, looked up once: the caller connects to one of these and never to the name.

    Raises:
        RequestBlocked: one of them is not public.
        RequestFailed: the name cannot be resolved.
    """
    lookup = asyncio.get_running_loop().run_in_executor(_resolvers(), _addresses, host, port)
    try:
        found = await lookup
    except (OSError, UnicodeError) as error:
        raise RequestFailed(f"The host {host} cannot be resolved.") from error
    if not allow_private and not all(is_public(ip_address(address)) for address in found):
        raise RequestBlocked(f"The host {host} has an address that is not public.")
    return found[:MAX_ADDRESSES]


def _addresses(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_number(host: str) -> bool:
    """Whether resolvers read a host as an IPv4 address in another notation: `127.1`, `2130706433`, `0x7f.1` (WHATWG URL)."""
    return _NUMBER(host.removesuffix(".").rpartition(".")[2]) is not None


@cache
def _resolvers() -> ThreadPoolExecutor:
    """Threads of their own: slow lookups of names that users choose must not delay the lookups of the service."""
    return ThreadPoolExecutor(_LOOKUPS, thread_name_prefix="webhook-dns")
