"""What has expired is removed, a bounded number of rows at a time: nobody waits for it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from app.core.database import Database
from app.core.database.statements import Statement
from app.services.housekeeping_queries import DELETE_EXPIRED_SESSIONS, DELETE_TOKENS_OF_EXPIRED_SESSIONS
from app.services.idempotency_queries import DELETE_EXPIRED_KEYS
from app.services.known_addresses_queries import DELETE_EXPIRED_ADDRESSES

BATCHES = 100  # of one table in one round; what is left waits for the next
PAUSE = 0.02  # seconds between two batches, for others


async def tidy(database: Database, now: datetime) -> int:
    """Remove expired idempotency keys, sessions, tokens and addresses; how many rows. Raises `ServiceUnavailable`."""
    total = 0
    for statement in (
        DELETE_EXPIRED_KEYS,
        DELETE_TOKENS_OF_EXPIRED_SESSIONS,
        DELETE_EXPIRED_SESSIONS,
        DELETE_EXPIRED_ADDRESSES,
    ):
        total += await _remove(database, statement, now)
    return total


async def _remove(database: Database, statement: Statement[None], now: datetime) -> int:
    total = 0
    for _ in range(BATCHES):
        removed = await database.run(statement, now=now)
        total += removed
        if not removed:
            break
        await asyncio.sleep(PAUSE)
    return total
