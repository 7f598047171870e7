"""What a handler receives besides its parameters. The generated operations import these types."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from app.core.database import Database
from app.core.limits import client_key
from app.core.printable import printable
from app.resources import Resources

if TYPE_CHECKING:  # commands need no web framework
    from accord.runtime import RequestContext

MAX_ADDRESS_LENGTH, MAX_USER_AGENT_LENGTH = 64, 256  # characters

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


class Source(NamedTuple):
    """Where a request came from, as audit events record it. Text of the client is printable, on one line, and bounded."""

    address: str | None  # of the client; None for clients of a Unix socket
    user_agent: str | None  # the first `User-Agent` header
    request_id: str | None


Origin: TypeAlias = Callable[[], Source]  # called only if there is an event to record


class Call(Generic[P_co]):
    """One request, as a handler sees it. The principal is None if the request carries no credential."""

    __slots__ = ("_context", "principal", "resources")

    def __init__(self, resources: Resources, principal: P_co, context: RequestContext) -> None:
        self.resources, self.principal, self._context = resources, principal, context

    @property
    def client(self) -> Hashable:
        """Rate-limit key of the client's address. All clients of a Unix socket share one key."""
        peer = self._context.scope["client"]
        return client_key(peer[0]) if peer else ""

    def origin(self) -> Source:
        """Where the request came from."""
        scope = self._context.scope
        peer = scope["client"]
        agent = next((value for name, value in scope["headers"] if name == b"user-agent"), None)
        return Source(
            _bounded(peer[0], MAX_ADDRESS_LENGTH) if peer else None,
            _bounded(agent.decode("latin-1"), MAX_USER_AGENT_LENGTH) if agent is not None else None,
            self._context.id.decode(),
        )

    @property
    def database(self) -> Database:
        """The primary database, for reads and writes."""
        return self.resources.database

    @property
    def replica(self) -> Database:
        """The replica, for reads that may lag behind; see `Resources.replica`."""
        return self.resources.replica


def _bounded(text: str, length: int) -> str:
    return printable(text[:length])[:length]


Public: TypeAlias = Call[None]
InSession: TypeAlias = Call[SessionPrincipal]
OptionallyInSession: TypeAlias = Call[SessionPrincipal | None]
SignedIn: TypeAlias = Call[Principal]
OptionallySignedIn: TypeAlias = Call[Principal | None]
