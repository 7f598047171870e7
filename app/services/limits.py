"""Who is counted, and against which limit: addresses and accounts here, attempts to sign in where they are made."""

from __future__ import annotations

from typing import Any

from app.core import limits
from app.core.call import Principal
from app.core.config import Settings
from app.core.valkey.calls import Valkey

PERIOD = 60  # seconds, of every limit of the settings


class Limits:
    """The limits of an address and of an account; either may be off (0 requests)."""

    def __init__(self, settings: Settings, valkey: Valkey | None) -> None:
        self._address = limits.choose("address", settings.address_limit, PERIOD, valkey, share=settings.workers)
        self._account = limits.choose("account", settings.account_limit, PERIOD, valkey, share=settings.workers)

    def address(self, scope: Any) -> limits.Answer:  # noqa: ANN401 - an ASGI scope
        """Count a request of a client address (IPv6: of its network); clients of a Unix socket count as one."""
        if self._address is None:
            return limits.UNLIMITED
        return self._address.hit(limits.client(scope["client"][0]) if scope["client"] else "")

    def account(self, principal: Principal) -> limits.Answer:
        """Count a request of a user, whatever the session."""
        return self._account.hit(principal.user_id) if self._account is not None else limits.UNLIMITED
