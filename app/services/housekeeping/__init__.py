"""Deletes expired rows in small batches, so that nothing has to wait."""

from __future__ import annotations

import asyncio
from datetime import datetime

from app.core.database import Database
from app.services.housekeeping.queries import (
    DELETE_EXPIRED_ADDRESSES,
    DELETE_EXPIRED_API_KEYS,
    DELETE_EXPIRED_KEYS,
    DELETE_EXPIRED_SESSIONS,
    DELETE_TOKENS_OF_EXPIRED_SESSIONS,
)

MAX_BATCHES = 100  # per table and call; the next call goes on
PAUSE = 0.02  # seconds between batches


async def delete_expired(database: Database, now: datetime) -> int:
    """Delete expired idempotency keys, sessions, tokens, known addresses and API keys; return the number of rows."""
    total = 0
    for statement in (
        DELETE_EXPIRED_KEYS,
        DELETE_TOKENS_OF_EXPIRED_SESSIONS,
        DELETE_EXPIRED_SESSIONS,
        DELETE_EXPIRED_ADDRESSES,
        DELETE_EXPIRED_API_KEYS,
    ):
        for _ in range(MAX_BATCHES):
            deleted = await database.run(statement, now=now)
            total += deleted
            if not deleted:
                break
            await asyncio.sleep(PAUSE)
    return total
