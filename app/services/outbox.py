"""The outbox: what must happen exactly if a transaction commits, and at least once, whoever is killed meanwhile.

An item is written by `add` in the caller's transaction. A worker takes it with a lease, which is over unless renewed; then any
worker may take it. It is removed when it is delivered, tried again later when that fails, and given up (dead, for an operator
to see and retry) after `ATTEMPTS` failures.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import msgspec

from app.core.database import Database, Transaction
from app.core.printable import printable
from app.services.outbox_queries import (
    CLAIM_DUE_ITEMS,
    COUNT_ITEMS,
    DELETE_ITEM,
    EXTEND_CLAIM,
    INSERT_ITEM,
    RELEASE_CLAIMS,
    RESCHEDULE_FAR_FUTURE_ITEMS,
    RETRY_FAILED_ITEMS,
    RETRY_ITEM,
    SELECT_FAILED_ITEMS,
    SELECT_ITEMS,
    UPDATE_FAILED_ITEM,
    Counts,
    Entry,
    Item,
)

LEASE = timedelta(seconds=60)
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=2), timedelta(hours=1)  # each delay is that long, or down to half of it
ATTEMPTS = 45  # with these delays about a day: 50 minutes for the first 11, then one every 45 minutes
ERROR_LENGTH = 500  # characters


_BATCH = 1000  # rows that one statement brings back, so that it ends in its time

_json = msgspec.json.Encoder()


async def add(transaction: Transaction, topic: str, payload: object, now: datetime) -> None:
    """Write an item, in one statement. It leaves if the transaction commits; set `Resources.added` then, to wake the worker.

    `payload` is whatever msgspec writes as JSON. Everything that must be the same at every attempt belongs in it.
    """
    await transaction.run(INSERT_ITEM, topic=topic, payload=_json.encode(payload).decode(), created_at=now)


async def claim(database: Database, holder: str, now: datetime, limit: int) -> list[Item]:
    """Take what is due, the oldest first, for the time of a lease; one statement."""
    return await database.all(CLAIM_DUE_ITEMS, holder=holder, now=now, until=now + LEASE, limit=limit)


async def renew(database: Database, item_id: int, holder: str, now: datetime) -> bool:
    """Begin the lease anew; False if it is lost."""
    return bool(await database.run(EXTEND_CLAIM, item_id=item_id, holder=holder, until=now + LEASE))


async def remove(database: Database, item_id: int, holder: str) -> None:
    """It is delivered. Does nothing if the lease is lost, as all that follow."""
    await database.run(DELETE_ITEM, item_id=item_id, holder=holder)


async def fail(database: Database, item: Item, holder: str, reason: str, now: datetime) -> bool:
    """An attempt has failed: try again later; False if it was the last one, and the item is dead."""
    if item.attempts + 1 >= ATTEMPTS:
        await bury(database, item, holder, reason, now)
        return False
    await _leave(database, item.id, holder, reason, counted=1, next_at=now + delay(item.attempts + 1))
    return True


async def bury(database: Database, item: Item, holder: str, reason: str, now: datetime) -> None:
    """Trying again is in vain: an operator decides."""
    await _leave(database, item.id, holder, reason, counted=1, next_at=now, gone_at=now)


async def postpone(database: Database, item: Item, holder: str, reason: str, next_at: datetime) -> None:
    """It was not the item's fault: no attempt is counted."""
    await _leave(database, item.id, holder, reason, counted=0, next_at=next_at)


async def release(database: Database, holder: str, now: datetime) -> None:
    """Give back everything that the holder has taken."""
    await database.run(RELEASE_CLAIMS, holder=holder, now=now)


async def recover(database: Database, now: datetime) -> int:
    """Make due what lies further ahead than it ever could, since a clock was wrong; how many."""
    return await database.run(RESCHEDULE_FAR_FUTURE_ITEMS, now=now, latest_lease=now + LEASE, latest_retry=now + LONGEST_DELAY)


async def list_entries(database: Database, limit: int, *, dead: bool = False) -> list[Entry]:
    """What waits and what is dead, or only that, the oldest first."""
    return await database.all(SELECT_FAILED_ITEMS if dead else SELECT_ITEMS, limit=limit)


async def count(database: Database) -> Counts:
    """How many there are."""
    return await database.one(COUNT_ITEMS) or Counts(0, 0)


async def retry(database: Database, item_id: int, now: datetime) -> bool:
    """Make an item due, with all its attempts before it; False if there is none, or it is being delivered."""
    return bool(await database.run(RETRY_ITEM, item_id=item_id, now=now))


async def retry_dead(database: Database, now: datetime) -> int:
    """Make all dead items due; how many."""
    total = 0
    while found := await database.run(RETRY_FAILED_ITEMS, now=now, limit=_BATCH):
        total += found
    return total


def delay(failures: int) -> timedelta:
    """How long to wait after so many failures: doubled each time, shortened by chance, so that not all come together."""
    longest: timedelta = min(FIRST_DELAY * 2 ** min(failures - 1, 20), LONGEST_DELAY)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - nobody gains by guessing it


async def _leave(
    database: Database,
    item_id: int,
    holder: str,
    reason: str,
    *,
    counted: int,
    next_at: datetime,
    gone_at: datetime | None = None,
) -> None:
    text = printable(reason)[:ERROR_LENGTH]
    values: dict[str, object] = {"reason": text, "counted": counted, "next_at": next_at, "gone_at": gone_at}
    await database.run(UPDATE_FAILED_ITEM, item_id=item_id, holder=holder, **values)
