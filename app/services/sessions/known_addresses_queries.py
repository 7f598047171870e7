"""SQL of addresses from which users have signed in."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, literal, select, tuple_

from app.core.database.statements import command, insert, statement
from app.models import KnownAddress

MAX_ADDRESSES = 20  # per user
BATCH_SIZE = 1000  # rows per statement, which takes some milliseconds

SELECT_KNOWN_ADDRESS = statement(
    select(KnownAddress.user_id).where(
        KnownAddress.user_id == bindparam("user_id"),
        KnownAddress.hash == bindparam("hash"),
        KnownAddress.expires_at > bindparam("now"),
    ),
    int,
)
_INSERT = insert(KnownAddress).values(user_id=bindparam("user_id"), hash=bindparam("hash"), expires_at=bindparam("expires_at"))
UPSERT_KNOWN_ADDRESS = command(
    _INSERT.on_conflict_do_update(
        index_elements=(KnownAddress.user_id, KnownAddress.hash), set_={"expires_at": _INSERT.excluded.expires_at}
    )
)
DELETE_OLDEST_ADDRESSES = command(
    delete(KnownAddress).where(
        KnownAddress.user_id == bindparam("user_id"),
        KnownAddress.hash.not_in(
            select(KnownAddress.hash)
            .where(KnownAddress.user_id == bindparam("user_id"))
            .order_by(KnownAddress.expires_at.desc())
            .limit(literal(MAX_ADDRESSES))
        ),
    )
)
DELETE_EXPIRED_ADDRESSES = command(
    delete(KnownAddress).where(
        tuple_(KnownAddress.user_id, KnownAddress.hash).in_(
            select(KnownAddress.user_id, KnownAddress.hash)
            .where(KnownAddress.expires_at <= bindparam("now"))
            .order_by(KnownAddress.expires_at)
            .limit(literal(BATCH_SIZE))
            .with_for_update(skip_locked=True)
        )
    )
)
