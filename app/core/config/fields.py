"""Types of settings: units, and lists separated by commas."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_network
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator
from pydantic_settings import NoDecode

from app.core.security.secrets import check_key

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/*?#@\s]+").fullmatch
_HOST = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|[0-9a-f]*:[0-9a-f:.]*").fullmatch  # names, IPv4, IPv6
ANY_HOST = "*"


class Unit(NamedTuple):
    """The unit of a number, for the reference of settings."""

    name: str


Seconds = Annotated[int, Unit("seconds")]
FractionalSeconds = Annotated[float, Unit("seconds")]
Days = Annotated[int, Unit("days")]
Kibibytes = Annotated[int, Unit("KiB")]
PerMinute = Annotated[int, Unit("per minute")]
PerHour = Annotated[int, Unit("per hour")]


def _list_of(parse: Callable[[str], object]) -> BeforeValidator:
    def split(value: object) -> object:
        return [str(parse(part.strip())) for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    return BeforeValidator(split)


def _origin(text: str) -> str:
    origin = text.rstrip("/")
    if not _ORIGIN(origin):  # rejects `*` and `null`, which would allow everyone
        raise ValueError(f"`{origin}` is not an origin; list origins as https://example.com, separated by commas")
    return origin


def _host(text: str) -> str:
    host = text.lower()
    if host != ANY_HOST and not _HOST(host):
        raise ValueError(f"`{host}` is not a host name; list host names without scheme and port, separated by commas")
    return host


Origins = Annotated[list[str], NoDecode, _list_of(_origin)]
HostNames = Annotated[list[str], NoDecode, _list_of(_host)]
Networks = Annotated[list[str], NoDecode, _list_of(ip_network)]
SecretKeys = Annotated[list[str], NoDecode, _list_of(check_key)]
