"""The data of one user, as a stream whose memory is bounded by one batch of rows."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Literal, TypeAlias, TypeVar, cast

from accord.runtime import Streamed
from app.call import Origin, SessionPrincipal
from app.core.database import Database
from app.core.database.statements import Statement
from app.resources import Resources
from app.schemas.problems import NotFound
from app.schemas.rows import AuditEventRow, PostRow, QueuedMailRow, StoredDeliveryRow, UserExportRow, UserRow
from app.services import audit, mails, users
from app.services.exports.queries import (
    BATCH_SIZE,
    SELECT_API_KEYS,
    SELECT_AUDIT_EVENTS,
    SELECT_COUNTS,
    SELECT_DELIVERIES,
    SELECT_FACTORS,
    SELECT_MAIL_TOKENS,
    SELECT_MAILS,
    SELECT_POSTS,
    SELECT_SESSIONS,
)

_Kind: TypeAlias = Literal["welcome", "verify-email", "reset-password", "notice"]

_Row = TypeVar("_Row", PostRow, StoredDeliveryRow)

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # before every event


async def export(
    resources: Resources, principal: SessionPrincipal, user_id: int, origin: Origin | None = None
) -> Streamed[UserExportRow]:
    """What is stored about a user, without secrets and what concerns others; recorded as an audit event.

    Eight statements, then one for each batch of posts, deliveries and audit events, which are read while the response is sent.

    Raises:
        Forbidden, NotFound: nothing was recorded.
    """
    database = resources.database
    user = await users.get(database, principal, user_id)
    counts = await database.one(SELECT_COUNTS, user_id=user_id)
    if counts is None:  # deleted just now
        raise NotFound(f"There is no user {user_id}.")
    now = resources.now()
    row = UserExportRow(
        exported_at=now,
        user=user,
        credentials_changed_at=counts.credentials_changed_at,
        sessions=await database.all(SELECT_SESSIONS, user_id=user_id, current=principal.session_id),
        factors=await database.all(SELECT_FACTORS, user_id=user_id),
        recovery_codes_left=counts.recovery_codes,
        api_keys=await database.all(SELECT_API_KEYS, user_id=user_id),
        mail_tokens=await database.all(SELECT_MAIL_TOKENS, user_id=user_id),
        queued_mails=await _mails(database, user),
        known_addresses=counts.known_addresses,
        posts=[],
        webhook_deliveries=[],
        audit_events=[],
    )
    await audit.record(database, audit.event("user.exported", now, origin, actor=principal.user_id, subject=user_id))
    return Streamed(
        row,
        posts=_by_id(database, SELECT_POSTS, user_id),
        webhook_deliveries=_by_id(database, SELECT_DELIVERIES, user_id),
        audit_events=_audit_events(database, user_id),
    )


async def _mails(database: Database, user: UserRow) -> list[QueuedMailRow]:
    stored = await database.all(SELECT_MAILS, subject=mails.subject(user.id), email_key=user.email.lower())
    return [
        QueuedMailRow(
            cast("_Kind", mail.topic.removeprefix(mails.TOPIC)),
            queued.to,
            queued.values.get("notice"),
            mail.created_at,
            mail.failed_at,
        )
        for mail in stored
        if (queued := mails.read(mail.payload)) is not None
    ]


async def _by_id(database: Database, select: Statement[_Row], user_id: int) -> AsyncGenerator[_Row]:
    after, is_last = 0, False
    while not is_last:
        batch = await database.all(select, user_id=user_id, after=after)
        for row in batch:
            yield row
            after = row.id
        is_last = len(batch) < BATCH_SIZE


async def _audit_events(database: Database, user_id: int) -> AsyncGenerator[AuditEventRow]:
    after, after_id, is_last = _BEGINNING, 0, False
    while not is_last:
        batch = await database.all(SELECT_AUDIT_EVENTS, user_id=user_id, after_value=after, after_id=after_id)
        for event in batch:
            yield event
            after, after_id = event.created_at, event.id
        is_last = len(batch) < BATCH_SIZE
