"""The default first argument of handlers; `[tool.accord] call` names another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from starlette.types import Scope

P_co = TypeVar("P_co", covariant=True)

# The owner of a credential: any object that the verifiers of the service return.
Principal: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Call(Generic[P_co]):
    """One request: its ASGI scope, and its principal (None if it is anonymous)."""

    scope: Scope
    principal: P_co


Public: TypeAlias = Call[None]
SignedIn: TypeAlias = Call[Principal]
