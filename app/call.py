"""What a handler receives besides its parameters. The generated operations import these types."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

from app.core.database import Database
from app.core.limits import client_key
from app.resources import Resources

Role: TypeAlias = Literal["user", "admin"]

P_co = TypeVar("P_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Principal:
    """The user that a credential belongs to, whatever the credential is."""

    user_id: int
    role: Role

    @property
    def is_admin(self) -> bool:
        """Whether the user is an administrator."""
        return self.role == "admin"


@dataclass(frozen=True, slots=True)
class SessionPrincipal(Principal):
    """The user of an access token, and its session: what operations receive that accept no other credential."""

    session_id: int


@dataclass(frozen=True, slots=True)
class KeyPrincipal(Principal):
    """The owner of an API key, and the scopes of the key."""

    scopes: frozenset[str]


class Call(Generic[P_co]):
    """One request, as a handler sees it. The principal is None if the request carries no credential."""

    __slots__ = ("_peer", "principal", "resources")

    def __init__(self, resources: Resources, principal: P_co, peer: tuple[str, int] | None = None) -> None:
        self.resources, self.principal, self._peer = resources, principal, peer

    @property
    def client(self) -> Hashable:
        """Rate-limit key of the client's address. All clients of a Unix socket share one key."""
        return client_key(self._peer[0]) if self._peer else ""

    @property
    def database(self) -> Database:
        """The primary database, for reads and writes."""
        return self.resources.database

    @property
    def replica(self) -> Database:
        """The replica, for reads that may lag behind; see `Resources.replica`."""
        return self.resources.replica


Public: TypeAlias = Call[None]
InSession: TypeAlias = Call[SessionPrincipal]
SignedIn: TypeAlias = Call[Principal]
OptionallySignedIn: TypeAlias = Call[Principal | None]
