"""What a handler receives besides its parameters. The generated operations name these types."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, Literal, TypeAlias, TypeVar

from app.core.cache import Cache
from app.core.cache.memory import MemoryCache
from app.core.config import Settings
from app.core.database import Database
from app.core.limits import Limit, SharedLimit, client_key
from app.core.limits.throttle import Throttle
from app.core.security.passwords import Passwords
from app.core.valkey.client import Valkey

P_co = TypeVar("P_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose token was sent."""

    user_id: int
    role: Literal["user", "admin"]
    session_id: int

    @property
    def is_admin(self) -> bool:
        """Whether they administer the service."""
        return self.role == "admin"


def utc_now() -> datetime:
    """The clock of production; tests bring their own."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Resources:
    """What the service holds for as long as it runs."""

    settings: Settings
    passwords: Passwords
    throttle: Throttle  # of signing in
    sign_ups: Limit | SharedLimit | None = None  # of one client address
    mails: Limit | SharedLimit | None = None  # to one mailbox
    now: Callable[[], datetime] = utc_now
    draining: asyncio.Event = field(default_factory=asyncio.Event)  # set by the server when it is about to end
    under_way: set[tuple[str, str]] = field(default_factory=set)  # requests with an Idempotency-Key that have not ended
    valkey: Valkey | None = None  # met on the loop that serves, by the lifespan
    cache: Cache = field(default_factory=MemoryCache)
    database: Database = field(init=False)  # connected on the loop that serves, by the lifespan
    reader: Database = field(init=False)  # the same; where there is a replica, reads come from it if its callers cannot tell
    added: asyncio.Event = field(init=False)  # likewise; set after a commit that wrote into the outbox, to wake the worker


class Call(Generic[P_co]):
    """One request as a handler sees it; the principal is None where nobody has signed in."""

    __slots__ = ("_peer", "_principal", "_resources")

    def __init__(self, resources: Resources, principal: P_co, peer: tuple[str, int] | None = None) -> None:
        self._resources, self._principal, self._peer = resources, principal, peer

    @property
    def principal(self) -> P_co:
        """Whose token was sent."""
        return self._principal

    @property
    def client(self) -> Hashable:
        """Who is counted as one: the client's address, of IPv6 its network; all clients of a Unix socket together."""
        return client_key(self._peer[0]) if self._peer else ""

    @property
    def database(self) -> Database:
        """Where statements run; a read may be answered by a replica."""
        return self._resources.reader

    @property
    def resources(self) -> Resources:
        """Everything that the service holds."""
        return self._resources


Public: TypeAlias = Call[None]
SignedIn: TypeAlias = Call[Principal]
Anyone: TypeAlias = Call[Principal | None]
