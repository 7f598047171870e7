"""Deletes expired rows in small batches, so that nothing has to wait."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from app.core.database import Database
from app.services import audit
from app.services.audit import chain
from app.services.housekeeping.queries import (
    DELETE_EXPIRED_ADDRESSES,
    DELETE_EXPIRED_API_KEYS,
    DELETE_EXPIRED_CHALLENGES,
    DELETE_EXPIRED_KEYS,
    DELETE_EXPIRED_MAIL_TOKENS,
    DELETE_EXPIRED_SESSIONS,
    DELETE_EXPIRED_SIGN_UPS,
    DELETE_TOKENS_OF_EXPIRED_SESSIONS,
)

MAX_BATCHES = 100  # per table and call; the next call goes on
PAUSE = 0.02  # seconds between batches


async def delete_expired(database: Database, now: datetime) -> int:
    """Delete what has expired, such as sessions, tokens, API keys and used challenges; return the number of rows."""
    total = 0
    for statement in (
        DELETE_EXPIRED_KEYS,
        DELETE_TOKENS_OF_EXPIRED_SESSIONS,
        DELETE_EXPIRED_SESSIONS,
        DELETE_EXPIRED_ADDRESSES,
        DELETE_EXPIRED_API_KEYS,
        DELETE_EXPIRED_MAIL_TOKENS,
        DELETE_EXPIRED_CHALLENGES,
        DELETE_EXPIRED_SIGN_UPS,
    ):
        for _ in range(MAX_BATCHES):
            deleted = await database.run(statement, now=now)
            total += deleted
            if not deleted:
                break
            await asyncio.sleep(PAUSE)
    return total


async def erase_and_delete_audit_events(database: Database, days: int, now: datetime) -> None:
    """Erase what is personal in events of deleted users, and delete events that are older than `days`, unless that is 0."""
    for _ in range(MAX_BATCHES):
        if not await audit.erase_more(database):
            break
        await asyncio.sleep(PAUSE)
    for _ in range(MAX_BATCHES if days else 0):
        if not await chain.delete_expired(database, now - timedelta(days=days)):
            break
        await asyncio.sleep(PAUSE)
