"""URLs of PostgreSQL as libpq, asyncpg and SQLAlchemy write them, with one or more hosts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

SCHEMES = frozenset({"postgres", "postgresql", "postgresql+asyncpg"})

TARGETS = frozenset({"any", "primary", "standby", "prefer-standby", "read-write", "read-only"})

# Query parameters that asyncpg reads from its DSN; all others are session settings, such as search_path.
_DRIVER = frozenset(
    {"dbname", "database", "user", "password", "passfile", "service", "krbsrvname", "gsslib"}
    | {"sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword", "sslnegotiation"}
    | {"ssl_min_protocol_version", "ssl_max_protocol_version"}
)

# Parameters of SQLAlchemy's engine, which is not used.
_ENGINE = frozenset({"prepared_statement_cache_size", "prepared_statement_name_func", "statement_cache_size"})

_NETWORK_HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.%]+\]|[^\[\]:@/?#\s]+)(:(?P<port>[0-9]{1,5}))?").fullmatch

_INVALID = (
    "the database URL is invalid; write postgresql://user:password@host:port/name, several hosts separated by commas, "
    "special characters of the password as %XX"
)

_PORT = 5432


@dataclass(frozen=True, slots=True)
class Host:
    """A host name, an IP address or the folder of a Unix socket; None: PGHOST of the environment, else this machine."""

    name: str | None
    port: int | None

    def __str__(self) -> str:
        if self.name is None:
            return "this machine"
        return f"{f'[{self.name}]' if ':' in self.name else self.name}:{self.port}"


@dataclass(frozen=True, slots=True)
class PostgresURL:
    """A database on one or more hosts, of which the first with the role `target` is used."""

    hosts: tuple[Host, ...]
    dsn: str  # for asyncpg: everything but the hosts; may contain a password
    target: str
    settings: dict[str, str]  # of every session

    @classmethod
    def of(cls, url: str) -> PostgresURL:
        """Parse a URL.

        Raises:
            ValueError: it is invalid. The message quotes nothing of the URL, which may contain a password.
        """
        try:
            return cls._parse(urlsplit(url))
        except ValueError as error:
            raise ValueError(str(error) if type(error) is _UnknownTarget else _INVALID) from None

    @classmethod
    def _parse(cls, parts: SplitResult) -> PostgresURL:
        if parts.scheme not in SCHEMES or parts.fragment:
            raise ValueError
        login, at, places = parts.netloc.rpartition("@")
        if "@" in login:  # ambiguous: asyncpg splits at the first @, we at the last
            raise ValueError
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True) if parts.query else []
        hosts = _hosts([part for part in places.split(",") if part] or _all(query, "host"), _all(query, "port"))
        options = dict(query)
        target = options.pop("target_session_attrs", "read-write" if len(hosts) > 1 else "any")
        if target not in TARGETS:
            raise _UnknownTarget(f"target_session_attrs in the database URL is one of {', '.join(sorted(TARGETS))}")
        if "ssl" in options:  # SQLAlchemy's name of asyncpg's argument
            options.setdefault("sslmode", {"true": "require", "false": "disable"}.get(options["ssl"], options["ssl"]))
        driver = {name: value for name, value in options.items() if name in _DRIVER}
        others = options.keys() - _DRIVER - _ENGINE - {"host", "port", "ssl"}
        dsn = f"postgresql://{login}{at}{parts.path or '/'}?{urlencode(driver, quote_via=quote)}".rstrip("?")
        return cls(hosts, dsn, target, {name: options[name] for name in others})

    def __str__(self) -> str:
        """The hosts, without credentials."""
        return ", ".join(map(str, self.hosts))


class _UnknownTarget(ValueError):
    """Its message quotes nothing of the URL, so it can be shown."""


def _all(query: list[tuple[str, str]], name: str) -> list[str]:
    """All values of a parameter: `?host=a&host=b` and `?host=a,b` are equivalent."""
    return [part for key, value in query if key == name for part in value.split(",") if part]


def _hosts(places: list[str], ports: list[str]) -> tuple[Host, ...]:
    if not places:
        return (Host(None, int(ports[0]) if ports else None),)
    if len(ports) not in {0, 1, len(places)}:
        raise ValueError
    given = ports * len(places) if len(ports) == 1 else ports or [str(_PORT)] * len(places)
    return tuple(_host(unquote(place), int(port)) for place, port in zip(places, given, strict=True))


def _host(place: str, port: int) -> Host:
    if place.startswith("/"):
        folder, colon, own = place.rpartition(":")
        return Host(folder, int(own)) if colon and own.isdecimal() else Host(place, port)
    match = _NETWORK_HOST(place)
    if match is None:
        raise ValueError
    return Host(match["name"].strip("[]"), int(match["port"] or port))
