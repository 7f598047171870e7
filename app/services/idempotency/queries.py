"""SQL of idempotency keys."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, literal, select, tuple_

from app.core.database.statements import command, insert, statement
from app.models import IdempotencyKey

BATCH_SIZE = 1000  # rows per statement, which takes some milliseconds


class CompletedRequest(NamedTuple):
    """What is stored of a completed request."""

    request_hash: str
    answer: str


_PRIMARY_KEY = (IdempotencyKey.scope, IdempotencyKey.key_hash)

SELECT_COMPLETED_REQUEST = statement(
    select(IdempotencyKey.request_hash, IdempotencyKey.answer).where(
        IdempotencyKey.scope == bindparam("scope"),
        IdempotencyKey.key_hash == bindparam("key_hash"),
        IdempotencyKey.expires_at > bindparam("now"),
    ),
    CompletedRequest,
)
_INSERT = insert(IdempotencyKey).values(
    scope=bindparam("scope"),
    key_hash=bindparam("key_hash"),
    request_hash=bindparam("request_hash"),
    answer=bindparam("answer"),
    expires_at=bindparam("expires_at"),
)
# Returns no row if the key belongs to another completed request. Replaces an expired key that was not deleted yet.
INSERT_COMPLETED_REQUEST = statement(
    _INSERT.on_conflict_do_update(
        index_elements=_PRIMARY_KEY,
        set_={name: _INSERT.excluded[name] for name in ("request_hash", "answer", "expires_at")},
        where=IdempotencyKey.expires_at <= bindparam("now"),
    ).returning(IdempotencyKey.scope),
    str,
)
# At most BATCH_SIZE of them: run it until it deletes none. Several workers do not wait for each other.
DELETE_EXPIRED_KEYS = command(
    delete(IdempotencyKey).where(
        tuple_(*_PRIMARY_KEY).in_(
            select(*_PRIMARY_KEY)
            .where(IdempotencyKey.expires_at <= bindparam("now"))
            .order_by(IdempotencyKey.expires_at)
            .limit(literal(BATCH_SIZE))
            .with_for_update(skip_locked=True)
        )
    )
)
