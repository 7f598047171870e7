"""Who is counted, and against which limit. Attempts to sign in have rules of their own: `app.core.limits.throttle`."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from app.call import Principal
from app.core import limits
from app.core.config import Settings
from app.core.valkey.client import Valkey
from app.schemas.problems import TooManyRequests

MINUTE = 60  # seconds


class Limits:
    """The limits of an address and of an account; either may be off (0 requests)."""

    def __init__(self, settings: Settings, valkey: Valkey | None) -> None:
        self._address = limits.create_limit("address", settings.address_limit, MINUTE, valkey, share=settings.workers)
        self._account = limits.create_limit("account", settings.account_limit, MINUTE, valkey, share=settings.workers)

    def address(self, scope: Any) -> limits.PendingDecision:  # noqa: ANN401 - an ASGI scope
        """Count a request of a client address (IPv6: of its network); clients of a Unix socket count as one."""
        if self._address is None:
            return limits.UNLIMITED
        return self._address.hit(limits.client_key(scope["client"][0]) if scope["client"] else "")

    def account(self, principal: Principal) -> limits.PendingDecision:
        """Count a request of a user, whatever the session."""
        return self._account.hit(principal.user_id) if self._account is not None else limits.UNLIMITED


async def count(limit: limits.Limit | limits.SharedLimit | None, key: Hashable, what: str) -> None:
    """Count one of `what`, for which a client knows the limit. Raises `TooManyRequests`."""
    if limit is not None:
        refuse(await limits.resolve(limit.hit(key)), what)


def refuse(decision: limits.Decision, what: str) -> None:
    """Raise `TooManyRequests` if the decision is to come back: its headers tell of this limit."""
    if decision.wait:
        detail = f"There were too many {what}; try again in {decision.wait} seconds."
        raise TooManyRequests(detail, retry_after=decision.wait, limits=decision.headers)
