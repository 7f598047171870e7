"""Verification of the audit log: finds the first event that was changed, removed, inserted or moved."""

from __future__ import annotations

from typing import NamedTuple

from app.core.database import Database
from app.services.audit import personal_digest
from app.services.audit.chain import EMPTY, hash_event
from app.services.audit.chain_queries import COUNT_UNSEALED, SELECT_CHAIN, SELECT_SEALED, Chain, StoredEvent

BATCH = 1000  # events that are in memory at a time


class Anchor(NamedTuple):
    """The number and hash of an event. Kept outside the database, it proves that nothing up to the event was changed."""

    sequence: int
    hash: str


class Verification(NamedTuple):
    """What was found. Without a fault, the whole chain is as it was sealed."""

    fault: str | None  # what is wrong with the first bad event
    last: Anchor  # the last good event
    deleted: int  # the last event that retention has deleted; 0: none
    unsealed: int  # events that are not sealed yet


class Tampered(Exception):
    """An event is not as it was sealed."""


async def verify(database: Database, expected: Anchor | None = None) -> Verification:
    """Verify every sealed event, oldest first, in statements of `BATCH` events, while others seal and delete events.

    With `expected`, which was noted earlier, that event must still have its hash.
    """
    chain = await database.one(SELECT_CHAIN) or EMPTY
    while True:
        walk, fault = _Walk(database, chain, expected), None
        try:
            await walk.run()
        except Tampered as found:
            fault = str(found)
        now = await database.one(SELECT_CHAIN) or EMPTY
        if fault is None or now.deleted_sequence <= chain.deleted_sequence:
            unsealed = await database.one(COUNT_UNSEALED) or 0
            return Verification(fault, walk.last, chain.deleted_sequence, unsealed)
        chain = now  # retention deleted what was being verified


class _Walk:
    """One walk along the chain."""

    def __init__(self, database: Database, chain: Chain, expected: Anchor | None) -> None:
        self._database, self._expected = database, expected
        self.last = Anchor(chain.deleted_sequence, chain.deleted_hash)

    async def run(self) -> None:
        """Walk to the end.

        Raises:
            Tampered: at the first bad event.
        """
        if self._expected is not None and self._expected.sequence < self.last.sequence:
            raise Tampered(f"event {self._expected.sequence} is not there to compare: retention deleted it")
        self._compare()
        while True:
            while events := await self._database.all(SELECT_SEALED, after=self.last.sequence, limit=BATCH):
                for event in events:
                    self._verify(event)
            if not await self._goes_on():
                break
        if self._expected is not None and self._expected.sequence > self.last.sequence:
            raise Tampered(f"event {self.last.sequence + 1} is missing: the chain was cut before the expected event")

    def _verify(self, event: StoredEvent) -> None:
        following = self.last.sequence + 1
        if event.sequence != following:
            raise Tampered(f"event {following} is missing")
        if event.hash != hash_event(self.last.hash, following, event):
            raise Tampered(f"event {following} (id {event.id}) was changed, moved or inserted: its hash is another")
        if event.salt is None:
            is_of_nobody = event.actor_id is None and event.subject_id is None  # erasing a user does not erase these
            if event.is_of_user or is_of_nobody or event.address is not None or event.user_agent is not None:
                raise Tampered(f"event {following} (id {event.id}) was changed: it is erased, but no user of it was deleted")
        elif event.personal_digest != personal_digest(event.salt, event.address, event.user_agent):
            raise Tampered(f"event {following} (id {event.id}) was changed: the address or user agent is another")
        self.last = Anchor(following, event.hash)
        self._compare()

    def _compare(self) -> None:
        if self._expected is not None and self._expected.sequence == self.last.sequence and self._expected != self.last:
            raise Tampered(f"event {self.last.sequence} has another hash than expected: the chain was written anew")

    async def _goes_on(self) -> bool:
        """Whether there are events that were sealed after the last one was read."""
        chain = await self._database.one(SELECT_CHAIN) or EMPTY
        if chain.sequence < self.last.sequence:
            raise Tampered(f"event {chain.sequence + 1} is after the end of the chain")
        if chain.sequence == self.last.sequence:
            if chain.hash != self.last.hash:
                raise Tampered(f"event {chain.sequence} is not the end of the chain")
            return False
        if not await self._database.all(SELECT_SEALED, after=self.last.sequence, limit=1):
            raise Tampered(f"event {self.last.sequence + 1} is missing")
        return True
