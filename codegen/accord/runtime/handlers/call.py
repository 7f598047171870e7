"""What handlers receive where the service says nothing else (`[tool.accord] call`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from starlette.types import Scope

P_co = TypeVar("P_co", covariant=True)

# Whose credential was sent: whatever the verifiers of the service answer.
Principal: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Call(Generic[P_co]):
    """One request: its ASGI scope, and its principal, which is None where nobody has signed in."""

    scope: Scope
    principal: P_co


Public: TypeAlias = Call[None]
SignedIn: TypeAlias = Call[Principal]
