"""SQL that deletes expired sessions and their tokens."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, literal, select

from app.core.database.statements import command
from app.models import RefreshToken, Session

BATCH_SIZE = 1000  # rows per statement, which takes some milliseconds

# Runs before the sessions are deleted: a session may have thousands of tokens, which the cascade would delete in one statement.
# Expired tokens of a live session are deleted when it is refreshed.
DELETE_TOKENS_OF_EXPIRED_SESSIONS = command(
    delete(RefreshToken).where(
        RefreshToken.hash.in_(
            select(RefreshToken.hash)
            .join(Session, Session.id == RefreshToken.session_id)
            .where(Session.expires_at <= bindparam("now"))
            .limit(literal(BATCH_SIZE))
        ),
    )
)
DELETE_EXPIRED_SESSIONS = command(
    delete(Session).where(
        Session.expires_at <= bindparam("now"),
        Session.id.in_(
            select(Session.id)
            .where(Session.expires_at <= bindparam("now"))
            .order_by(Session.expires_at)
            .limit(literal(BATCH_SIZE))
            .with_for_update(skip_locked=True)
        ),
    )
)
