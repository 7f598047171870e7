"""Addresses from which a user has signed in: the throttle lets them pass (docs/adr/0018-guesses-wait-owners-pass.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, delete, literal, select, tuple_

from app.core.database import Database, Transaction
from app.core.statements import command, insert, statement
from app.models import KnownAddress

REMEMBERED = timedelta(days=90)  # since the last time that the user has signed in from there
MOST_ADDRESSES = 20  # of one user
BATCH = 1000  # rows of one removal

FIND = statement(
    select(KnownAddress.user_id).where(
        KnownAddress.user_id == bindparam("user_id"),
        KnownAddress.hash == bindparam("hash"),
        KnownAddress.expires_at > bindparam("now"),
    ),
    int,
)
_NEW = insert(KnownAddress).values(user_id=bindparam("user_id"), hash=bindparam("hash"), expires_at=bindparam("expires_at"))
REMEMBER = command(
    _NEW.on_conflict_do_update(
        index_elements=(KnownAddress.user_id, KnownAddress.hash), set_={"expires_at": _NEW.excluded.expires_at}
    )
)
TRIM = command(
    delete(KnownAddress).where(
        KnownAddress.user_id == bindparam("user_id"),
        KnownAddress.hash.not_in(
            select(KnownAddress.hash)
            .where(KnownAddress.user_id == bindparam("user_id"))
            .order_by(KnownAddress.expires_at.desc())
            .limit(literal(MOST_ADDRESSES))
        ),
    )
)
EXPIRED = command(
    delete(KnownAddress).where(
        tuple_(KnownAddress.user_id, KnownAddress.hash).in_(
            select(KnownAddress.user_id, KnownAddress.hash)
            .where(KnownAddress.expires_at <= bindparam("now"))
            .order_by(KnownAddress.expires_at)
            .limit(literal(BATCH))
            .with_for_update(skip_locked=True)
        )
    )
)


def digest(user_id: int, address: Hashable) -> str:
    """What is stored of an address: its scrypt hash, salted with the user.

    It takes a millisecond and a quarter of a MiB: there are so few addresses that a fast hash is undone by trying all.
    """
    return hashlib.scrypt(repr(address).encode(), salt=f"accord {user_id}".encode(), n=2**8, r=8, p=1, dklen=16).hex()


async def is_known(database: Database, user_id: int, address: Hashable, now: datetime) -> bool:
    """Whether the user has signed in from there: one statement, also for id 0, which nobody has."""
    return await database.one(FIND, user_id=user_id, hash=digest(user_id, address), now=now) is not None


async def remember(transaction: Transaction, user_id: int, address: Hashable, now: datetime) -> None:
    """Note that the user has signed in from there: two statements, in the transaction of the session."""
    await transaction.run(REMEMBER, user_id=user_id, hash=digest(user_id, address), expires_at=now + REMEMBERED)
    await transaction.run(TRIM, user_id=user_id)
