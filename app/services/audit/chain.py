"""The hash chain of the audit log: sealing and retention. `app.services.audit.verification` checks it.

Sealing gives each event the next number and a hash of its content and of the hash before it, so that no event can be changed,
removed, inserted or moved without changing every later hash. One process at a time seals, after the events are committed.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import msgspec

from app.core.database import Database, Transaction
from app.services.audit.chain_queries import (
    DELETE_SEALED,
    INSERT_CHAIN,
    LOCK_CHAIN,
    SEAL_EVENT,
    SELECT_OLDEST,
    SELECT_UNSEALED,
    UPDATE_CHAIN,
    UPDATE_DELETED,
    Chain,
    StoredEvent,
)

SEAL_BATCH = 100  # events of one transaction, which takes some milliseconds, during which SQLite has no other writer
DELETE_BATCH = 1000
EMPTY = Chain(0, "0" * 64, 0, "0" * 64)

_json = msgspec.json.Encoder()


def hash_event(previous: str, sequence: int, event: StoredEvent) -> str:
    """The hash of an event: SHA-256 of a JSON array, in which no two different events are written alike.

    Of personal data it covers only the digest, so that erasing them changes no hash.
    """
    created_at = event.created_at.astimezone(UTC).isoformat(timespec="microseconds")
    who = (event.actor_id, event.subject_id)
    covered = (
        *(previous, sequence, event.id, event.type, *who, event.details, created_at, event.request_id),
        event.personal_digest,
    )
    return hashlib.sha256(_json.encode(covered)).hexdigest()


async def seal(database: Database) -> bool:
    """Seal one batch of events, oldest first. Returns whether there may be more.

    One statement if there is nothing to seal. Does nothing while another process seals.
    """
    if not await database.all(SELECT_UNSEALED, limit=1):
        return False
    async with database.transaction() as transaction:
        chain = await _lock(transaction)
        if chain is None:
            return False
        events = await transaction.all(SELECT_UNSEALED, limit=SEAL_BATCH)
        sequence, last = chain.sequence, chain.hash
        for event in events:
            sequence += 1
            last = hash_event(last, sequence, event)
            await transaction.run(SEAL_EVENT, event_id=event.id, next_sequence=sequence, next_hash=last)
        await transaction.run(UPDATE_CHAIN, last_sequence=sequence, last_hash=last)
    return len(events) == SEAL_BATCH


async def _lock(transaction: Transaction) -> Chain | None:
    """Lock the chain, which begins with the first event. None if another process has locked it."""
    chain = await transaction.one(LOCK_CHAIN)
    if chain is None and await transaction.run(INSERT_CHAIN, chain_id=1, **EMPTY._asdict()):
        return EMPTY
    return chain


async def delete_expired(database: Database, before: datetime) -> bool:
    """Delete a batch of the oldest events, up to the first that is not older. Returns whether there may be more.

    The chain keeps the number and hash of the last deleted event, so that the rest can still be verified.
    """
    async with database.transaction() as transaction:
        chain = await transaction.one(LOCK_CHAIN)
        if chain is None:
            return False
        last = None
        oldest = await transaction.all(SELECT_OLDEST, after=chain.deleted_sequence, limit=DELETE_BATCH)
        for event in oldest:
            if event.created_at >= before:
                break
            last = event
        if last is None:
            return False
        await transaction.run(DELETE_SEALED, last_sequence=last.sequence)
        await transaction.run(UPDATE_DELETED, last_sequence=last.sequence, last_hash=last.hash)
    return last is oldest[-1] and len(oldest) == DELETE_BATCH
