"""What the handlers of the shop receive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

P_co = TypeVar("P_co", covariant=True)


@dataclass(frozen=True)
class Principal:
    """Whose token was sent."""

    name: str


@dataclass(frozen=True)
class Call(Generic[P_co]):
    """One request."""

    principal: P_co
