"""SQL of idempotency keys."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, select

from app.core.database.statements import insert, parameters, statement
from app.models import IdempotencyKey


class CompletedRequest(NamedTuple):
    """What is stored of a completed request."""

    request_hash: str
    answer: str


SELECT_COMPLETED_REQUEST = statement(
    select(IdempotencyKey.request_hash, IdempotencyKey.answer).where(
        IdempotencyKey.scope == bindparam("scope"),
        IdempotencyKey.key_hash == bindparam("key_hash"),
        IdempotencyKey.expires_at > bindparam("now"),
    ),
    CompletedRequest,
)
_INSERT = insert(IdempotencyKey).values(**parameters("scope", "key_hash", "request_hash", "answer", "expires_at"))
# Returns no row if the key belongs to another completed request. Replaces an expired key that was not deleted yet.
INSERT_COMPLETED_REQUEST = statement(
    _INSERT.on_conflict_do_update(
        index_elements=(IdempotencyKey.scope, IdempotencyKey.key_hash),
        set_={name: _INSERT.excluded[name] for name in ("request_hash", "answer", "expires_at")},
        where=IdempotencyKey.expires_at <= bindparam("now"),
    ).returning(IdempotencyKey.scope),
    str,
)
