"""SQL of users."""

from __future__ import annotations

import functools
from typing import NamedTuple

from sqlalchemy import String, and_, bindparam, delete, exists, or_, select, true, update

from app.core.database.statements import Statement, insert, lookup, parameters, statement
from app.models import User
from app.schemas.rows import UserRow

COLUMNS = (
    User.id,
    User.email,
    User.email_verified,
    User.username,
    User.full_name,
    User.bio,
    User.role,
    User.is_active,
    User.created_at,
    User.version,
)

_THIS = User.id == bindparam("user_id")
_IS_ACTIVE_ADMIN = and_(User.role == "admin", User.is_active)


class LockedUser(NamedTuple):
    """A user whose row is locked until the transaction ends."""

    id: int
    version: int
    is_active_admin: bool


SELECT_USER = lookup(select(*COLUMNS), UserRow, user_id=User.id)
SELECT_ANY_USER = statement(select(User.id).limit(1), int)
SELECT_ADMIN = statement(
    select(User.id)
    .where(
        _IS_ACTIVE_ADMIN,
        or_(bindparam("username_key", type_=String()).is_(None), User.username_key == bindparam("username_key")),
    )
    .order_by(User.id)
    .limit(1),
    int,
)
INSERT_USER = statement(
    insert(User)
    .values(
        **parameters("email", "email_key", "username", "username_key", "password_hash", "full_name", "full_name_key"),
        **parameters("role", "email_verified", "created_at"),
        is_active=true(),
        version=1,
    )
    .returning(*COLUMNS),
    UserRow,
)
# The user and, if they are an active administrator, all active administrators, locked in one order. FOR NO KEY UPDATE does not
# block inserts of rows that reference them, such as posts.
_TARGET = User.__table__.alias("target")
LOCK_USER_AND_ADMINS = statement(
    select(User.id, User.version, _IS_ACTIVE_ADMIN.label("is_active_admin"))
    .where(
        or_(
            _THIS,
            and_(
                _IS_ACTIVE_ADMIN,
                exists().where(_TARGET.c.id == bindparam("user_id"), _TARGET.c.role == "admin", _TARGET.c.is_active),
            ),
        )
    )
    .order_by(User.id)
    .with_for_update(key_share=True, of=User),
    LockedUser,
)
DELETE_USER = statement(delete(User).where(_THIS).returning(User.email), str)


@functools.lru_cache(maxsize=32)
def update_user(fields: frozenset[str], *, seen: bool) -> Statement[UserRow]:
    """Update these columns; with `seen`, only of that version."""
    core = update(User).where(_THIS).values({field: bindparam(f"new_{field}") for field in sorted(fields)})
    core = core.values(version=User.version + 1)
    if seen:
        core = core.where(User.version == bindparam("seen"))
    return statement(core.returning(*COLUMNS), UserRow)
