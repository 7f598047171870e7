"""The SQL of the outbox."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, delete, func, literal, null, or_, select, update

from app.core.database.statements import command, insert, parameters, statement
from app.models import OutboxItem
from app.schemas.rows import OutboxItemRow
from app.services.shared.pages import Listing, Order, count_rows, filter_then_sort, index_scan, unindexed

State: TypeAlias = Literal["waiting", "delivering", "dead"]


class ClaimedItem(NamedTuple):
    """An item to deliver."""

    id: int
    topic: str
    payload: str
    attempts: int  # failed ones


class StoredItem(NamedTuple):
    """An item, for an operator."""

    id: int
    topic: str
    payload: str
    created_at: datetime
    available_at: datetime
    claimed_by: str | None
    attempts: int
    error: str | None
    failed_at: datetime | None

    @property
    def state(self) -> State:
        """Whether an attempt is due or will be, is being made, or is no longer made. `_CONDITIONS` says it in SQL."""
        if self.failed_at is not None:
            return "dead"
        return "delivering" if self.claimed_by is not None else "waiting"

    @property
    def recipient(self) -> str | None:
        """The recipient of a mail; None if the item is not a mail."""
        if not self.topic.startswith("mail."):
            return None
        try:
            return _recipient.decode(self.payload).to
        except msgspec.MsgspecError:
            return None

    @property
    def next_attempt_at(self) -> datetime | None:
        """When it is due, or another worker may claim it; None for a dead letter."""
        return self.available_at if self.failed_at is None else None


class _Addressed(msgspec.Struct):
    to: str


_recipient = msgspec.json.Decoder(_Addressed)


class Counts(NamedTuple):
    """Numbers of items."""

    items: int
    dead: int  # dead letters among them


INSERT_ITEM = command(
    insert(OutboxItem).values(parameters("topic", "payload", "subject", "created_at", "available_at", "attempts"))
)
DELETE_ITEMS_ABOUT = command(delete(OutboxItem).where(OutboxItem.subject == bindparam("subject")))

# In a WITH, because PostgreSQL may evaluate a sub-select with LIMIT and FOR UPDATE more than once. On SQLite, which has one
# writer, FOR UPDATE is left out.
_DUE = (
    select(OutboxItem.id)
    .where(OutboxItem.failed_at.is_(None), OutboxItem.available_at <= bindparam("now"))
    .order_by(OutboxItem.available_at, OutboxItem.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
CLAIM_DUE_ITEMS = statement(
    update(OutboxItem)
    .where(OutboxItem.id.in_(select(_DUE.c.id)))
    .values(claimed_by=bindparam("worker"), available_at=bindparam("until"))
    .returning(OutboxItem.id, OutboxItem.topic, OutboxItem.payload, OutboxItem.attempts),
    ClaimedItem,
)

_CLAIMED = and_(OutboxItem.id == bindparam("item_id"), OutboxItem.claimed_by == bindparam("worker"))
EXTEND_CLAIM = command(update(OutboxItem).where(_CLAIMED).values(available_at=bindparam("until")))
DELETE_ITEM = command(delete(OutboxItem).where(_CLAIMED))
UPDATE_FAILED_ITEM = command(
    update(OutboxItem)
    .where(_CLAIMED)
    .values(
        claimed_by=null(),
        attempts=OutboxItem.attempts + bindparam("counted"),
        available_at=bindparam("next_at"),
        error=bindparam("reason"),
        failed_at=bindparam("new_failed_at"),
    )
)
RELEASE_CLAIMS = command(
    update(OutboxItem)
    .where(
        OutboxItem.failed_at.is_(None),
        OutboxItem.available_at > bindparam("now"),  # true of every claim; lets the index skip due items
        OutboxItem.claimed_by == bindparam("worker"),
    )
    .values(claimed_by=null(), available_at=bindparam("now"))
)
# No item is scheduled this far ahead unless a clock was wrong. An item without attempts is due from its creation.
RESCHEDULE_FAR_FUTURE_ITEMS = command(
    update(OutboxItem)
    .where(
        OutboxItem.failed_at.is_(None),
        OutboxItem.available_at > bindparam("now"),
        or_(
            OutboxItem.available_at > bindparam("latest_retry"),
            and_(OutboxItem.claimed_by.is_not(None), OutboxItem.available_at > bindparam("latest_lease")),
            and_(OutboxItem.claimed_by.is_(None), OutboxItem.attempts == 0, OutboxItem.error.is_(None)),
        ),
    )
    .values(claimed_by=null(), available_at=bindparam("now"))
)

_ALL_COLUMNS = select(
    OutboxItem.id,
    OutboxItem.topic,
    OutboxItem.payload,
    OutboxItem.created_at,
    OutboxItem.available_at,
    OutboxItem.claimed_by,
    OutboxItem.attempts,
    OutboxItem.error,
    OutboxItem.failed_at,
)
_CONDITIONS: dict[State | None, Sequence[ColumnElement[bool]]] = {
    None: (),
    "waiting": (OutboxItem.failed_at.is_(None), OutboxItem.claimed_by.is_(None)),
    "delivering": (OutboxItem.failed_at.is_(None), OutboxItem.claimed_by.is_not(None)),
    # The same twice: SQLite uses the index only for the comparison, and PostgreSQL knows how many rows match IS NOT NULL.
    "dead": (OutboxItem.failed_at.is_not(None), OutboxItem.failed_at >= literal(datetime.fromtimestamp(0, UTC))),
}
_OLDEST_FIRST: Order[OutboxItemRow] = Order((OutboxItem.id,))


def _row(*columns: Any) -> OutboxItemRow:  # noqa: ANN401 - the columns of a `StoredItem`
    item = StoredItem(*columns)
    return OutboxItemRow(
        id=item.id,
        topic=item.topic,
        recipient=item.recipient,
        state=item.state,
        attempts=item.attempts,
        error=item.error,
        created_at=item.created_at,
        next_attempt_at=item.next_attempt_at,
    )


@functools.lru_cache(maxsize=4)
def outbox_listing(state: State | None) -> Listing[OutboxItemRow]:
    """Items oldest first. Of their payloads, which may hold personal data, only the recipient is shown."""
    conditions = _CONDITIONS[state]
    return Listing(
        f"outbox {state}",
        statement(count_rows(OutboxItem, conditions), int),
        _OLDEST_FIRST,
        index_scan(_ALL_COLUMNS, [unindexed(condition) for condition in conditions], _row, _OLDEST_FIRST),
        # Dead letters are few, and an index finds them.
        filter_then_sort(_ALL_COLUMNS, conditions, _row, _OLDEST_FIRST) if state == "dead" else None,
    )


SELECT_ITEMS = statement(_ALL_COLUMNS.order_by(OutboxItem.id).limit(bindparam("limit")), StoredItem)
SELECT_FAILED_ITEMS = statement(
    _ALL_COLUMNS.where(OutboxItem.failed_at.is_not(None))
    .order_by(OutboxItem.failed_at, OutboxItem.id)
    .limit(bindparam("limit")),
    StoredItem,
)
COUNT_ITEMS = statement(select(func.count(), func.count(OutboxItem.failed_at)).select_from(OutboxItem), Counts)
RETRY_ITEM = command(
    update(OutboxItem)
    .where(OutboxItem.id == bindparam("item_id"), OutboxItem.claimed_by.is_(None))
    .values(failed_at=null(), attempts=0, available_at=bindparam("now"))
)
RETRY_FAILED_ITEMS = command(
    update(OutboxItem)
    .where(
        OutboxItem.id.in_(
            select(OutboxItem.id)
            .where(OutboxItem.failed_at.is_not(None))
            .order_by(OutboxItem.failed_at, OutboxItem.id)
            .limit(bindparam("limit"))
        )
    )
    .values(failed_at=null(), attempts=0, available_at=bindparam("now"))
)
