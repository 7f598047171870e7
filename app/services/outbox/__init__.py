"""The outbox: work that must happen if and only if a transaction commits, at least once, whichever process is killed.

`add` writes an item in the caller's transaction. A worker claims it for the time of a lease, which it extends during delivery;
an expired claim can be taken over by any worker. A delivered item is deleted. A failed one is retried later and becomes a dead
letter after `ATTEMPTS` failures, which an operator can inspect and retry.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from app.core.database import Database, Transaction
from app.core.database.statements import FromRow, Insertion
from app.core.printable import printable
from app.schemas.rows import OutboxItemListRow
from app.services.outbox.queries import (
    CLAIM_DUE_ITEMS,
    COUNT_ITEMS,
    DELETE_ITEM,
    DELETE_ITEMS_ABOUT,
    EXTEND_CLAIM,
    INSERT_ITEM,
    RELEASE_CLAIMS,
    RESCHEDULE_FAR_FUTURE_ITEMS,
    RETRY_FAILED_ITEMS,
    RETRY_ITEM,
    SELECT_FAILED_ITEMS,
    SELECT_ITEMS,
    UPDATE_FAILED_ITEM,
    ClaimedItem,
    Counts,
    State,
    StoredItem,
    outbox_listing,
)
from app.services.shared.pages import load_page

LEASE = timedelta(seconds=60)
FIRST_DELAY, MAX_DELAY = timedelta(seconds=2), timedelta(hours=1)  # a random factor from 0.5 to 1 is applied to each delay
ATTEMPTS = 45  # takes about a day: 50 minutes for the first 11, then one every 45 minutes
MAX_ERROR_LENGTH = 500  # characters; the document says so too

_BATCH_SIZE = 1000  # rows that one statement updates, so that it stays within the statement timeout

_json = msgspec.json.Encoder()


async def add(transaction: Transaction, topic: str, payload: object, now: datetime, subject: str | None = None) -> None:
    """Add an item, in one statement. After the commit, set `Resources.outbox_added` to wake the worker.

    The payload is encoded as JSON. It must contain everything that has to be the same in every attempt. With a subject,
    `delete_about` finds it.
    """
    await transaction.run(INSERT_ITEM, **_values(topic, payload, now), subject=subject)


def item(topic: str, payload: object, now: datetime, subject: FromRow) -> Insertion:
    """An item as `add` adds it, to be inserted together with the row that it is about."""
    return Insertion(INSERT_ITEM, _values(topic, payload, now), (subject,))


def _values(topic: str, payload: object, now: datetime) -> dict[str, object]:
    encoded = _json.encode(payload).decode()
    return {"topic": topic, "payload": encoded, "created_at": now, "available_at": now, "attempts": 0}


async def delete_about(transaction: Transaction, subject: str) -> None:
    """Delete all items of a subject, dead letters too; one statement."""
    await transaction.run(DELETE_ITEMS_ABOUT, subject=subject)


async def claim(database: Database, worker: str, now: datetime, limit: int) -> Sequence[ClaimedItem]:
    """Claim due items, oldest first, for the time of a lease; one statement."""
    return await database.all(CLAIM_DUE_ITEMS, worker=worker, now=now, until=now + LEASE, limit=limit)


async def extend(database: Database, item_id: int, worker: str, now: datetime) -> bool:
    """Extend a claim to a full lease from now. Returns False if the claim is lost."""
    return bool(await database.run(EXTEND_CLAIM, item_id=item_id, worker=worker, until=now + LEASE))


async def delete(database: Database, item_id: int, worker: str) -> None:
    """Delete a delivered item. Like all that follow, it does nothing if the claim is lost."""
    await database.run(DELETE_ITEM, item_id=item_id, worker=worker)


async def fail(database: Database, item: ClaimedItem, worker: str, reason: str, now: datetime) -> bool:
    """Record a failed attempt and schedule the next. Returns False after the last one: the item is a dead letter."""
    if item.attempts + 1 >= ATTEMPTS:
        await dead_letter(database, item, worker, reason, now)
        return False
    await _give_up_claim(database, item.id, worker, reason, counted=1, next_at=now + delay(item.attempts + 1))
    return True


async def dead_letter(database: Database, item: ClaimedItem, worker: str, reason: str, now: datetime) -> None:
    """Record a failure that a retry cannot mend. The item stays until an operator retries it."""
    await _give_up_claim(database, item.id, worker, reason, counted=1, next_at=now, failed_at=now)


async def postpone(database: Database, item: ClaimedItem, worker: str, reason: str, next_at: datetime) -> None:
    """Schedule the next attempt without counting this one, which failed for reasons unrelated to the item."""
    await _give_up_claim(database, item.id, worker, reason, counted=0, next_at=next_at)


async def release(database: Database, worker: str, now: datetime) -> None:
    """Release all claims of a worker; the items are due now."""
    await database.run(RELEASE_CLAIMS, worker=worker, now=now)


async def reschedule_far_future(database: Database, now: datetime) -> int:
    """Make items due that are scheduled further ahead than possible, because a clock was wrong. Returns their number."""
    return await database.run(RESCHEDULE_FAR_FUTURE_ITEMS, now=now, latest_lease=now + LEASE, latest_retry=now + MAX_DELAY)


async def list(database: Database, number: int, size: int, cursor: str | None, state: State | None) -> OutboxItemListRow:
    """One page of items, oldest first. Runs the statements of `load_page`. Raises `UnknownCursor`."""
    return OutboxItemListRow(*await load_page(database, outbox_listing(state), number, size, cursor))


async def list_items(database: Database, limit: int, *, dead: bool = False) -> Sequence[StoredItem]:
    """All items, or only dead letters, oldest first."""
    return await database.all(SELECT_FAILED_ITEMS if dead else SELECT_ITEMS, limit=limit)


async def count(database: Database) -> Counts:
    """The number of items."""
    return await database.one(COUNT_ITEMS) or Counts(0, 0)


async def retry(database: Database, item_id: int, now: datetime) -> bool:
    """Make an item due and reset its attempts. Returns False if it does not exist or is being delivered."""
    return bool(await database.run(RETRY_ITEM, item_id=item_id, now=now))


async def retry_dead_letters(database: Database, now: datetime) -> int:
    """Make all dead letters due and reset their attempts. Returns their number."""
    total = 0
    while updated := await database.run(RETRY_FAILED_ITEMS, now=now, limit=_BATCH_SIZE):
        total += updated
    return total


def delay(failures: int) -> timedelta:
    """Exponential backoff with jitter, so that items that failed together are not retried together."""
    longest: timedelta = min(FIRST_DELAY * 2 ** min(failures - 1, 20), MAX_DELAY)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - not a secret


async def _give_up_claim(
    database: Database,
    item_id: int,
    worker: str,
    reason: str,
    *,
    counted: int,
    next_at: datetime,
    failed_at: datetime | None = None,
) -> None:
    await database.run(
        UPDATE_FAILED_ITEM,
        item_id=item_id,
        worker=worker,
        reason=printable(reason)[:MAX_ERROR_LENGTH],
        counted=counted,
        next_at=next_at,
        new_failed_at=failed_at,
    )
