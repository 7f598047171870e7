"""Rate limits of requests, sign-ups and mails. Sign-in attempts have their own: `app.core.limits.throttle`."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from app.call import Principal
from app.core import limits
from app.core.config import Settings
from app.core.valkey import Valkey
from app.schemas.problems import TooManyRequests

MINUTE = 60  # seconds


class Limits:
    """The limits per client address and per account; either is off if its setting is 0."""

    def __init__(self, settings: Settings, valkey: Valkey | None) -> None:
        self._address = limits.create_limit("address", settings.address_limit, MINUTE, valkey, share=settings.workers)
        self._account = limits.create_limit("account", settings.account_limit, MINUTE, valkey, share=settings.workers)

    def address(self, scope: Any) -> limits.PendingDecision:  # noqa: ANN401 - an ASGI scope
        """Count a request of a client address. IPv6 clients are keyed by their /64; clients of a Unix socket share one key."""
        if self._address is None:
            return limits.UNLIMITED
        return self._address.hit(limits.client_key(scope["client"][0]) if scope["client"] else "")

    def account(self, principal: Principal) -> limits.PendingDecision:
        """Count a request of a user, in any session."""
        return self._account.hit(principal.user_id) if self._account is not None else limits.UNLIMITED


async def count(limit: limits.Limit | limits.SharedLimit | None, key: Hashable, what: str) -> None:
    """Count one of `what`, such as `sign-ups from this address`. Raises `TooManyRequests`."""
    if limit is not None:
        require_allowed(await limits.resolve(limit.hit(key)), what)


async def count_guess(limit: limits.Limit | limits.SharedLimit | None, key: Hashable, *, is_right: bool) -> limits.Decision:
    """Count a wrong guess. Once there were too many, the decision on a right one is to try again later as well."""
    if limit is None:
        return limits.UNLIMITED
    return await limits.resolve(limit.peek(key) if is_right else limit.hit(key))


def require_allowed(decision: limits.Decision, what: str) -> None:
    """Raise `TooManyRequests` with the headers of this limit if it was exceeded."""
    if decision.wait:
        detail = f"There were too many {what}; try again in {decision.wait} seconds."
        raise TooManyRequests(detail, retry_after=decision.wait, limits=decision.headers)
