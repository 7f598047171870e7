"""What a handler receives besides its parameters. The generated operations name these types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

P_co = TypeVar("P_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Principal:
    """Whose token was sent."""

    user_id: int
    role: Literal["user", "admin"]
    session_id: int


class Call(Generic[P_co]):
    """One request as a handler sees it; the principal is None where nobody has signed in."""

    __slots__ = ("_principal",)

    def __init__(self, principal: P_co) -> None:
        self._principal = principal

    @property
    def principal(self) -> P_co:
        """Whose token was sent."""
        return self._principal


Public: TypeAlias = Call[None]
SignedIn: TypeAlias = Call[Principal]
Anyone: TypeAlias = Call[Principal | None]
