"""What has expired is removed, a bounded number of rows at a time: nobody waits for it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from sqlalchemy import bindparam, delete, literal, select

from app.core.database import Database
from app.core.statements import Statement, command
from app.models import RefreshToken, Session
from app.services import idempotency, known_addresses

BATCH = 1000  # rows of one statement; some milliseconds
BATCHES = 100  # of one table in one round; what is left waits for the next
PAUSE = 0.02  # seconds between two batches, for others

# Of expired sessions, before these: a session may have thousands, and the cascade would remove them in one statement.
# The tokens of a session that lives are removed when it is refreshed.
TOKENS = command(
    delete(RefreshToken).where(
        RefreshToken.hash.in_(
            select(RefreshToken.hash)
            .join(Session, Session.id == RefreshToken.session_id)
            .where(Session.expires_at <= bindparam("now"))
            .limit(literal(BATCH))
        ),
    )
)
SESSIONS = command(
    delete(Session).where(
        Session.expires_at <= bindparam("now"),
        Session.id.in_(
            select(Session.id)
            .where(Session.expires_at <= bindparam("now"))
            .order_by(Session.expires_at)
            .limit(literal(BATCH))
            .with_for_update(skip_locked=True)
        ),
    )
)


async def tidy(database: Database, now: datetime) -> int:
    """Remove expired idempotency keys, sessions, tokens and addresses; how many rows. Raises `ServiceUnavailable`."""
    total = 0
    for statement in (idempotency.EXPIRED, TOKENS, SESSIONS, known_addresses.EXPIRED):
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
