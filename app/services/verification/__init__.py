"""Verifies who a user is, by password or code.

Failed attempts to sign in as a user are throttled together; those within a session are throttled for that session, so that
attempts of strangers cannot delay a user who is signed in.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable
from typing import Self

from app.call import Origin, SessionPrincipal
from app.core.database import Transaction
from app.core.limits.throttle import Attempt
from app.resources import Resources
from app.schemas.problems import Unauthorized, VerificationFailed
from app.services import audit
from app.services.shared.limits import require_allowed
from app.services.verification import known_addresses
from app.services.verification.queries import LOCK_SESSION


class Verification:
    """One attempt to prove who a user is, from a client address; `account` is the key of the throttle."""

    def __init__(
        self,
        resources: Resources,
        user_id: int,
        address: Hashable,
        account: Hashable | None = None,
        origin: Origin | None = None,
    ) -> None:
        self._user_id, self._origin = user_id, origin
        look_up = functools.partial(known_addresses.is_known, resources.database, user_id, address, resources.now())
        self._resources, self._attempt = resources, Attempt(account or user_id, address, look_up)

    @classmethod
    def in_session(cls, resources: Resources, principal: SessionPrincipal, address: Hashable, origin: Origin | None) -> Self:
        """An attempt of a user who is signed in."""
        return cls(resources, principal.user_id, address, ("session", principal.session_id), origin)

    async def admit(self) -> None:
        """Wait until the attempt may be made. Raises `TooManyRequests`."""
        require_allowed(await self._resources.throttle.admit(self._attempt), "failed attempts to sign in")

    async def is_password(self, stored: str | None, password: str) -> bool:
        """Whether the password matches the stored hash; takes the same time without one. Raises `ServiceUnavailable`."""
        passwords = self._resources.passwords
        priority = passwords.is_congested and await self._attempt.is_known()
        return await passwords.verify(stored, password, priority=priority)

    async def failed(self) -> None:
        """Count a failure."""
        await self._resources.throttle.failed(self._attempt)

    async def require(self, verified: bool, detail: str) -> None:
        """Count and record a failure and raise `VerificationFailed`, unless the proof was verified."""
        if not verified:
            raise await self.refused(detail)

    async def refused(self, detail: str) -> VerificationFailed:
        """Count and record a failure, and return what to raise."""
        await self.failed()
        resources, user_id = self._resources, self._user_id
        await audit.record(
            resources.database,
            audit.event("reauthentication.refused", resources.now(), self._origin, actor=user_id, subject=user_id),
        )
        return VerificationFailed(detail)


async def require_session(transaction: Transaction, principal: SessionPrincipal) -> None:
    """Require that the session still exists, and keep it until the end of the transaction; one statement.

    For what a user changes after an attempt, which may have waited: the session may have been ended meanwhile.

    Raises:
        Unauthorized: the session has ended.
    """
    if await transaction.one(LOCK_SESSION, session_id=principal.session_id) is None:
        raise Unauthorized("The session has ended.")
