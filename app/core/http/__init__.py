"""Outgoing HTTP requests to addresses that users of the service choose: see `client`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Client(Protocol):
    """Sends requests: `app.core.http.client.GuardedClient`, which imports h11."""

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        """POST and return the status of the response. Raises `RequestFailed`."""
