"""The SQL that removes what has expired."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, literal, select

from app.core.database.statements import command
from app.models import RefreshToken, Session

BATCH = 1000  # rows of one statement; some milliseconds

# Of expired sessions, before these: a session may have thousands, and the cascade would remove them in one statement.
# The tokens of a session that lives are removed when it is refreshed.
DELETE_TOKENS_OF_EXPIRED_SESSIONS = command(
    delete(RefreshToken).where(
        RefreshToken.hash.in_(
            select(RefreshToken.hash)
            .join(Session, Session.id == RefreshToken.session_id)
            .where(Session.expires_at <= bindparam("now"))
            .limit(literal(BATCH))
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
            .limit(literal(BATCH))
            .with_for_update(skip_locked=True)
        ),
    )
)
