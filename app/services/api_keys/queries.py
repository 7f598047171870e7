"""SQL of API keys."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias, cast

from sqlalchemy import bindparam, delete, func, literal, or_, select, update

from app.call import Role
from app.core.database.statements import command, insert, lookup, statement
from app.models import ApiKey, User
from app.schemas.rows import ApiKeyRow

MAX_KEYS = 50  # per user; the document's `keys` array has the same bound

Scope: TypeAlias = Literal["users:read", "users:write", "posts:read", "posts:write"]


class StoredKey(NamedTuple):
    """A key and its owner, with the scopes as they are stored."""

    id: int
    user_id: int
    role: Role
    scopes: str
    expires_at: datetime
    last_used_at: datetime | None


def key_row(
    id_: int, name: str, scopes: str, created_at: datetime, expires_at: datetime, last_used_at: datetime | None
) -> ApiKeyRow:
    """A key, of its columns."""
    return ApiKeyRow(id_, name, cast("list[Scope]", scopes.split(" ")), created_at, expires_at, last_used_at)


SELECT_API_KEY = lookup(
    select(ApiKey.id, ApiKey.user_id, User.role, ApiKey.scopes, ApiKey.expires_at, ApiKey.last_used_at)
    .join_from(ApiKey, User, User.id == ApiKey.user_id)
    .where(User.is_active),
    StoredKey,
    hash=ApiKey.hash,
)
# Of several workers that see the same last use, one writes.
UPDATE_LAST_USE = command(
    update(ApiKey)
    .where(
        ApiKey.id == bindparam("key_id"),
        or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= bindparam("before")),
    )
    .values(last_used_at=bindparam("new_last_used_at"))
)
SELECT_API_KEYS = statement(
    select(ApiKey.id, ApiKey.name, ApiKey.scopes, ApiKey.created_at, ApiKey.expires_at, ApiKey.last_used_at)
    .where(ApiKey.user_id == bindparam("user_id"), ApiKey.expires_at > bindparam("now"))
    .order_by(ApiKey.id.desc())
    .limit(literal(MAX_KEYS)),
    key_row,
)
# Simultaneous creations of a user's keys wait for each other, or else their number could exceed the limit.
LOCK_ACTIVE_OWNER = statement(
    select(User.id).where(User.id == bindparam("user_id"), User.is_active).with_for_update(key_share=True), int
)
_GIVEN = (ApiKey.user_id, ApiKey.name, ApiKey.scopes, ApiKey.hash, ApiKey.created_at, ApiKey.expires_at)
INSERT_API_KEY = statement(
    insert(ApiKey)
    .from_select(
        [*_GIVEN],
        select(*(bindparam(column.key, type_=column.type) for column in _GIVEN)).where(
            select(func.count())
            .where(ApiKey.user_id == bindparam("user_id"), ApiKey.expires_at > bindparam("created_at"))
            .scalar_subquery()
            < literal(MAX_KEYS)
        ),
    )
    .returning(ApiKey.id),
    int,
)
DELETE_API_KEYS_OF_USER = statement(delete(ApiKey).where(ApiKey.user_id == bindparam("user_id")).returning(ApiKey.id), int)
DELETE_API_KEY = statement(
    delete(ApiKey).where(ApiKey.id == bindparam("key_id"), ApiKey.user_id == bindparam("user_id")).returning(ApiKey.id), int
)
