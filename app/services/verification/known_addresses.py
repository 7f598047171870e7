"""Addresses from which a user has signed in, exempt from throttling (docs/adr/0018-throttling-of-sign-in-attempts.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from datetime import datetime, timedelta

from app.core.database import Database, Transaction
from app.services.verification.known_addresses_queries import (
    DELETE_OLDEST_ADDRESSES,
    SELECT_KNOWN_ADDRESS,
    UPSERT_KNOWN_ADDRESS,
)

LIFETIME = timedelta(days=90)  # since the last sign-in from the address


def digest(user_id: int, address: Hashable) -> str:
    """What is stored of an address: its scrypt hash, salted with the user's id.

    It takes a millisecond and a quarter of a MiB. There are so few addresses that a fast hash could be reversed by trying all.
    """
    return hashlib.scrypt(repr(address).encode(), salt=f"accord {user_id}".encode(), n=2**8, r=8, p=1, dklen=16).hex()


async def is_known(database: Database, user_id: int, address: Hashable, now: datetime) -> bool:
    """Whether the user has signed in from the address. One statement, also for id 0, which no user has."""
    return await database.one(SELECT_KNOWN_ADDRESS, user_id=user_id, hash=digest(user_id, address), now=now) is not None


async def remember(transaction: Transaction, user_id: int, address: Hashable, now: datetime) -> None:
    """Store that the user has signed in from the address. Two statements, in the transaction of the session."""
    await transaction.run(UPSERT_KNOWN_ADDRESS, user_id=user_id, hash=digest(user_id, address), expires_at=now + LIFETIME)
    await transaction.run(DELETE_OLDEST_ADDRESSES, user_id=user_id)
