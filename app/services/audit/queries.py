"""The SQL of recording audit events and of erasing what is personal in them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, delete, literal, null, select, union_all, update

from app.core.database.statements import command, insert, parameters, statement
from app.models import AuditErasure, AuditEvent

ERASE_BATCH = 1000  # events per statement, which take some milliseconds


class Erasure(NamedTuple):
    """A user whose older events are still to be erased."""

    user_id: int
    before: datetime


INSERT_EVENT = command(
    insert(AuditEvent).values(
        **parameters("type", "actor_id", "subject_id", "details", "created_at"),
        **parameters("request_id", "address", "user_agent", "salt", "personal_digest"),
    )
)

_USER = bindparam("user_id", type_=BigInteger())


def _newest(*where: ColumnElement[bool]) -> Select[int, datetime]:
    """The newest events that are not erased yet. They are found by the index of the user's id."""
    conditions = (*where, AuditEvent.created_at <= bindparam("before"), AuditEvent.salt.is_not(None))
    newest = select(AuditEvent.id, AuditEvent.created_at).where(*conditions).order_by(AuditEvent.created_at.desc())
    return select(newest.limit(literal(ERASE_BATCH)).subquery())


# What the user did, and what was done about them by nobody known: the address may be theirs.
_personal = union_all(
    _newest(AuditEvent.actor_id == _USER), _newest(AuditEvent.subject_id == _USER, AuditEvent.actor_id.is_(None))
).subquery()
ERASE_EVENTS = statement(
    update(AuditEvent)
    .where(AuditEvent.id.in_(select(_personal.c.id).order_by(_personal.c.created_at.desc()).limit(literal(ERASE_BATCH))))
    .values(address=null(), user_agent=null(), salt=null())
    .returning(AuditEvent.created_at),
    lambda created_at: created_at,
)
_ERASURE = insert(AuditErasure).values(user_id=_USER, before=bindparam("before"))
UPSERT_ERASURE = command(
    _ERASURE.on_conflict_do_update(index_elements=(AuditErasure.user_id,), set_={"before": _ERASURE.excluded.before})
)
SELECT_ERASURE = statement(select(AuditErasure.user_id, AuditErasure.before).order_by(AuditErasure.user_id).limit(1), Erasure)
DELETE_ERASURE = command(delete(AuditErasure).where(AuditErasure.user_id == _USER))
