"""URLs of Valkey or Redis: a single server, Sentinels, or a Cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import unquote

_SCHEMES = {
    f"{name}{plus}": kind
    for name in ("redis", "rediss", "valkey", "valkeys")
    for plus, kind in (("", "server"), ("+sentinel", "sentinel"), ("+cluster", "cluster"))
}
_URL = re.compile(
    r"(?P<scheme>[a-z+]+)://(?:(?P<user>[^/@:]*)(?::(?P<password>[^/@]*))?@)?(?P<hosts>[^/@?#]+)(?:/(?P<path>[^?#]*))?"
)
_HOST = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[^:\[\]\s]+))(?::(?P<port>\d{1,5}))?")
_PORTS = {"server": 6379, "sentinel": 26379, "cluster": 6379}
_KNOWN = (
    "redis://, rediss:// or valkey://[user:password@]host:port/database, redis+sentinel://host:port,host:port/service "
    "and redis+cluster://host:port,host:port"
)


@dataclass(frozen=True, slots=True)
class ValkeyURL:
    """A parsed REDIS_URL."""

    kind: Literal["server", "sentinel", "cluster"]
    hosts: list[tuple[str, int]]
    tls: bool
    username: str | None = field(repr=False)
    password: str | None = field(repr=False)
    database: int
    service: str

    @property
    def name(self) -> str:
        """Hosts and ports for logs, without credentials."""
        return ",".join(f"{host}:{port}" for host, port in self.hosts)

    @classmethod
    def of(cls, url: str) -> Self:
        """Parse a URL.

        Raises:
            ValueError: it is invalid. The message quotes nothing but the scheme, since the rest may contain a password.
        """
        scheme = url.partition(":")[0][:20]
        kind = _SCHEMES.get(scheme)
        if kind is None:
            quoted = scheme if scheme.isascii() and "@" not in scheme else "?"
            raise ValueError(f"the Valkey URL has the unknown scheme {quoted!r}; known: {_KNOWN}")
        found = _URL.fullmatch(url)
        if found is None:
            raise ValueError(f"the Valkey URL is invalid (percent-encode special characters of the password); known: {_KNOWN}")
        hosts = [_host(part, kind) for part in found["hosts"].split(",")]
        service, _, database = (found["path"] or "").rpartition("/") if kind != "sentinel" else _service(found["path"] or "")
        if (kind == "server" and len(hosts) > 1) or (kind == "cluster" and database not in {"", "0"}):
            raise ValueError(
                f"the Valkey URL names several servers, or a database of a cluster, which has only one; known: {_KNOWN}"
            )
        if (database and not database.isdecimal()) or bool(service) != (kind == "sentinel"):
            raise ValueError(f"the path of the Valkey URL is not a database number; known: {_KNOWN}")
        user, password = found["user"], found["password"]
        return cls(
            kind=kind,  # type: ignore[arg-type]  # a value of _SCHEMES
            hosts=hosts,
            tls=scheme.startswith(("rediss", "valkeys")),
            username=unquote(user) if user else None,
            password=unquote(password) if password else None,
            database=int(database or 0),
            service=unquote(service),
        )


def _service(path: str) -> tuple[str, str, str]:
    service, _, database = path.partition("/")
    return service, "/", database


def _host(text: str, kind: str) -> tuple[str, int]:
    found = _HOST.fullmatch(text)
    if found is None or int(found["port"] or 1) not in range(1, 65536):
        raise ValueError(f"a host of the Valkey URL is invalid; known: {_KNOWN}")
    return found["six"] or found["host"], int(found["port"] or _PORTS[kind])
