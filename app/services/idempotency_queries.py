"""The SQL of idempotency keys."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, literal, select, tuple_

from app.core.database.statements import command, insert, statement
from app.models import IdempotencyKey

BATCH = 1000  # rows of one removal: some milliseconds, far from the limit of a statement


class DoneRequest(NamedTuple):
    """What is stored of a request that was done."""

    request_hash: str
    answer: str


_PRIMARY_KEY = (IdempotencyKey.scope, IdempotencyKey.key_hash)

SELECT_DONE_REQUEST = statement(
    select(IdempotencyKey.request_hash, IdempotencyKey.answer).where(
        IdempotencyKey.scope == bindparam("scope"),
        IdempotencyKey.key_hash == bindparam("key_hash"),
        IdempotencyKey.expires_at > bindparam("now"),
    ),
    DoneRequest,
)
_NEW = insert(IdempotencyKey).values(
    scope=bindparam("scope"),
    key_hash=bindparam("key_hash"),
    request_hash=bindparam("request_hash"),
    answer=bindparam("answer"),
    expires_at=bindparam("expires_at"),
)
# The key of another request that was done makes it give no row; one that has expired and was not removed yet is replaced.
INSERT_DONE_REQUEST = statement(
    _NEW.on_conflict_do_update(
        index_elements=_PRIMARY_KEY,
        set_={name: _NEW.excluded[name] for name in ("request_hash", "answer", "expires_at")},
        where=IdempotencyKey.expires_at <= bindparam("now"),
    ).returning(IdempotencyKey.scope),
    str,
)
# At most BATCH of them: run it until it removes fewer. Several workers do not wait for each other.
DELETE_EXPIRED_KEYS = command(
    delete(IdempotencyKey).where(
        tuple_(*_PRIMARY_KEY).in_(
            select(*_PRIMARY_KEY)
            .where(IdempotencyKey.expires_at <= bindparam("now"))
            .order_by(IdempotencyKey.expires_at)
            .limit(literal(BATCH))
            .with_for_update(skip_locked=True)
        )
    )
)
