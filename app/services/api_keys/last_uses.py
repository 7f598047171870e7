"""When API keys were last used, written behind the requests that use them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from app.core.errors import ServiceUnavailable
from app.resources import Resources
from app.services.api_keys.queries import UPDATE_LAST_USE

INTERVAL = timedelta(minutes=1)  # between two writes for one key; the document promises it
MAX_PENDING = 10_000  # keys; uses beyond that are recorded the next time


class LastUses:
    """Writes at most once a minute for each key, one statement after another, while requests go on."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._pending: dict[int, datetime] = {}
        self._writing: asyncio.Task[None] | None = None

    def note(self, key_id: int, last_used_at: datetime | None, now: datetime) -> None:
        """Record a use, if the last one that is stored is old enough. Returns at once."""
        is_recent = last_used_at is not None and now - last_used_at < INTERVAL
        if is_recent or key_id in self._pending or len(self._pending) >= MAX_PENDING:
            return
        self._pending[key_id] = now
        if self._writing is None:
            self._writing = self._resources.start(self._write())

    async def _write(self) -> None:
        try:
            while self._pending:
                key_id, now = next(iter(self._pending.items()))
                try:
                    await self._resources.database.run(
                        UPDATE_LAST_USE, key_id=key_id, before=now - INTERVAL, new_last_used_at=now
                    )
                except ServiceUnavailable:  # the next use is recorded
                    pass
                finally:
                    del self._pending[key_id]
        finally:
            self._writing = None
