"""The SQL of the outbox."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, func, null, or_, select, update

from app.core.database.statements import command, insert, statement
from app.models import OutboxItem


class Item(NamedTuple):
    """An item that a worker has taken."""

    id: int
    topic: str
    payload: str
    attempts: int  # that have failed


class Entry(NamedTuple):
    """An item as an operator sees it."""

    id: int
    topic: str
    payload: str
    created_at: datetime
    available_at: datetime
    lease: str | None
    attempts: int
    error: str | None
    died_at: datetime | None


class Counts(NamedTuple):
    """How many items there are."""

    items: int
    dead: int  # among them


INSERT_ITEM = command(
    insert(OutboxItem).values(
        topic=bindparam("topic"),
        payload=bindparam("payload"),
        created_at=bindparam("created_at"),
        available_at=bindparam("created_at"),
        attempts=0,
    )
)

# In a WITH, since PostgreSQL may evaluate a sub-select with LIMIT and FOR UPDATE more than once. SQLite has one writer and
# leaves FOR UPDATE out.
_DUE = (
    select(OutboxItem.id)
    .where(OutboxItem.died_at.is_(None), OutboxItem.available_at <= bindparam("now"))
    .order_by(OutboxItem.available_at, OutboxItem.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
CLAIM_DUE_ITEMS = statement(
    update(OutboxItem)
    .where(OutboxItem.id.in_(select(_DUE.c.id)))
    .values(lease=bindparam("holder"), available_at=bindparam("until"))
    .returning(OutboxItem.id, OutboxItem.topic, OutboxItem.payload, OutboxItem.attempts),
    Item,
)

_CLAIMED = and_(OutboxItem.id == bindparam("item_id"), OutboxItem.lease == bindparam("holder"))
EXTEND_CLAIM = command(update(OutboxItem).where(_CLAIMED).values(available_at=bindparam("until")))
DELETE_ITEM = command(delete(OutboxItem).where(_CLAIMED))
UPDATE_FAILED_ITEM = command(
    update(OutboxItem)
    .where(_CLAIMED)
    .values(
        lease=null(),
        attempts=OutboxItem.attempts + bindparam("counted"),
        available_at=bindparam("next_at"),
        error=bindparam("reason"),
        died_at=bindparam("gone_at"),
    )
)
RELEASE_CLAIMS = command(
    update(OutboxItem)
    .where(
        OutboxItem.died_at.is_(None),
        OutboxItem.available_at > bindparam("now"),  # with a lease they are; by the index, past whatever else waits
        OutboxItem.lease == bindparam("holder"),
    )
    .values(lease=null(), available_at=bindparam("now"))
)
# Nothing lies as far ahead as this: a clock was wrong. What was never tried is due from its beginning.
RESCHEDULE_FAR_FUTURE_ITEMS = command(
    update(OutboxItem)
    .where(
        OutboxItem.died_at.is_(None),
        OutboxItem.available_at > bindparam("now"),
        or_(
            OutboxItem.available_at > bindparam("latest_retry"),
            and_(OutboxItem.lease.is_not(None), OutboxItem.available_at > bindparam("latest_lease")),
            and_(OutboxItem.lease.is_(None), OutboxItem.attempts == 0, OutboxItem.error.is_(None)),
        ),
    )
    .values(lease=null(), available_at=bindparam("now"))
)

_ENTRY = select(
    OutboxItem.id,
    OutboxItem.topic,
    OutboxItem.payload,
    OutboxItem.created_at,
    OutboxItem.available_at,
    OutboxItem.lease,
    OutboxItem.attempts,
    OutboxItem.error,
    OutboxItem.died_at,
)
SELECT_ITEMS = statement(_ENTRY.order_by(OutboxItem.id).limit(bindparam("limit")), Entry)
SELECT_FAILED_ITEMS = statement(
    _ENTRY.where(OutboxItem.died_at.is_not(None)).order_by(OutboxItem.died_at, OutboxItem.id).limit(bindparam("limit")), Entry
)
COUNT_ITEMS = statement(select(func.count(), func.count(OutboxItem.died_at)).select_from(OutboxItem), Counts)
RETRY_ITEM = command(
    update(OutboxItem)
    .where(OutboxItem.id == bindparam("item_id"), OutboxItem.lease.is_(None))
    .values(died_at=null(), attempts=0, available_at=bindparam("now"))
)
RETRY_FAILED_ITEMS = command(
    update(OutboxItem)
    .where(
        OutboxItem.id.in_(
            select(OutboxItem.id)
            .where(OutboxItem.died_at.is_not(None))
            .order_by(OutboxItem.died_at, OutboxItem.id)
            .limit(bindparam("limit"))
        )
    )
    .values(died_at=null(), attempts=0, available_at=bindparam("now"))
)
