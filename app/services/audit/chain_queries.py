"""The SQL of the hash chain: sealing, verification and retention."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, delete, exists, func, select, update

from app.core.database.statements import command, insert, parameters, statement
from app.models import AuditChain, AuditEvent, User


class Chain(NamedTuple):
    """The ends of the chain: the last sealed event, and the last one that retention has deleted. Sequences begin at 1."""

    sequence: int
    hash: str
    deleted_sequence: int
    deleted_hash: str


class StoredEvent(NamedTuple):
    """An event with everything that its hash covers."""

    id: int
    type: str
    actor_id: int | None
    subject_id: int | None
    details: str
    created_at: datetime
    request_id: str | None
    address: str | None
    user_agent: str | None
    salt: str | None
    personal_digest: str
    sequence: int | None
    hash: str | None
    is_of_user: bool  # whether the user still exists whose address it may hold


class OldestEvent(NamedTuple):
    """What retention needs to know of a sealed event."""

    sequence: int | None
    hash: str | None
    created_at: datetime


_CHAIN = (AuditChain.sequence, AuditChain.hash, AuditChain.deleted_sequence, AuditChain.deleted_hash)
_COLUMNS = (
    AuditEvent.id,
    AuditEvent.type,
    AuditEvent.actor_id,
    AuditEvent.subject_id,
    AuditEvent.details,
    AuditEvent.created_at,
    AuditEvent.request_id,
    AuditEvent.address,
    AuditEvent.user_agent,
    AuditEvent.salt,
    AuditEvent.personal_digest,
    AuditEvent.sequence,
    AuditEvent.hash,
    exists().where(User.id == func.coalesce(AuditEvent.actor_id, AuditEvent.subject_id)).label("is_of_user"),
)
_AFTER = AuditEvent.sequence > bindparam("after", type_=BigInteger())

SELECT_CHAIN = statement(select(*_CHAIN).where(AuditChain.id == 1), Chain)
# Whoever does not get the lock has nothing to do: another process is sealing.
LOCK_CHAIN = statement(select(*_CHAIN).where(AuditChain.id == 1).with_for_update(skip_locked=True), Chain)
INSERT_CHAIN = command(
    insert(AuditChain)
    .values(id=bindparam("chain_id"), **parameters("sequence", "hash", "deleted_sequence", "deleted_hash"))
    .on_conflict_do_nothing()
)
UPDATE_CHAIN = command(
    update(AuditChain).where(AuditChain.id == 1).values(sequence=bindparam("last_sequence"), hash=bindparam("last_hash"))
)
UPDATE_DELETED = command(
    update(AuditChain)
    .where(AuditChain.id == 1)
    .values(deleted_sequence=bindparam("last_sequence"), deleted_hash=bindparam("last_hash"))
)

# Read while the chain is locked. On PostgreSQL ids are not committed in order: whatever is visible and not sealed is next. The
# order has `sequence`, which is NULL, so that PostgreSQL reads it from the index.
SELECT_UNSEALED = statement(
    select(*_COLUMNS)
    .where(AuditEvent.sequence.is_(None))
    .order_by(AuditEvent.sequence, AuditEvent.id)
    .limit(bindparam("limit")),
    StoredEvent,
)
SEAL_EVENT = command(
    update(AuditEvent)
    .where(AuditEvent.id == bindparam("event_id"))
    .values(sequence=bindparam("next_sequence"), hash=bindparam("next_hash"))
)
COUNT_UNSEALED = statement(select(func.count()).select_from(AuditEvent).where(AuditEvent.sequence.is_(None)), int)

SELECT_SEALED = statement(select(*_COLUMNS).where(_AFTER).order_by(AuditEvent.sequence).limit(bindparam("limit")), StoredEvent)
SELECT_OLDEST = statement(
    select(AuditEvent.sequence, AuditEvent.hash, AuditEvent.created_at)
    .where(_AFTER)
    .order_by(AuditEvent.sequence)
    .limit(bindparam("limit")),
    OldestEvent,
)
DELETE_SEALED = command(delete(AuditEvent).where(AuditEvent.sequence <= bindparam("last_sequence", type_=BigInteger())))
