"""SQL that deletes expired rows, in batches that take some milliseconds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, delete, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.core.database.statements import Statement, command
from app.models import ApiKey, IdempotencyKey, KnownAddress, MailToken, RefreshToken, Session, SignUp, UsedChallenge

BATCH_SIZE = 1000  # rows per statement


def _delete_expired(
    table: type[ApiKey | IdempotencyKey | KnownAddress | MailToken | Session | SignUp | UsedChallenge],
    *primary_key: InstrumentedAttribute[Any],
) -> Statement[None]:
    """Delete the rows that expired first. Several workers do not wait for each other."""
    batch = (
        select(*primary_key)
        .where(table.expires_at <= bindparam("now"))
        .order_by(table.expires_at)
        .limit(literal(BATCH_SIZE))
        .with_for_update(skip_locked=True)
    )
    return command(delete(table).where(table.expires_at <= bindparam("now"), tuple_(*primary_key).in_(batch)))


DELETE_EXPIRED_KEYS = _delete_expired(IdempotencyKey, IdempotencyKey.scope, IdempotencyKey.key_hash)
DELETE_EXPIRED_ADDRESSES = _delete_expired(KnownAddress, KnownAddress.user_id, KnownAddress.hash)
DELETE_EXPIRED_MAIL_TOKENS = _delete_expired(MailToken, MailToken.hash)
DELETE_EXPIRED_API_KEYS = _delete_expired(ApiKey, ApiKey.id)
DELETE_EXPIRED_CHALLENGES = _delete_expired(UsedChallenge, UsedChallenge.hash)
DELETE_EXPIRED_SIGN_UPS = _delete_expired(SignUp, SignUp.id)
DELETE_EXPIRED_SESSIONS = _delete_expired(Session, Session.id)
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
