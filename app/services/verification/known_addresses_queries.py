"""SQL of addresses from which users have signed in."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, literal, select

from app.core.database.statements import command, insert, parameters, statement
from app.models import KnownAddress

MAX_ADDRESSES = 20  # per user

SELECT_KNOWN_ADDRESS = statement(
    select(KnownAddress.user_id).where(
        KnownAddress.user_id == bindparam("user_id"),
        KnownAddress.hash == bindparam("hash"),
        KnownAddress.expires_at > bindparam("now"),
    ),
    int,
)
_INSERT = insert(KnownAddress).values(**parameters("user_id", "hash", "expires_at"))
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
