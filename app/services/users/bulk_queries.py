"""SQL of importing and exporting users."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, literal, select

from app.call import Role
from app.core.database.statements import insert, parameters, statement
from app.models import User
from app.services.shared.pages import stored_total

EXPORT_BATCH = 1000  # rows

COUNT_USERS = stored_total(*(f"users:{role}:{state}" for role in ("user", "admin") for state in ("active", "inactive")))


class StoredUser(NamedTuple):
    """A user as `python -m app users` writes and reads them; `id` is where the next batch begins."""

    id: int
    email: str
    username: str
    full_name: str | None
    bio: str | None
    role: Role
    is_active: bool
    email_verified: bool
    created_at: datetime
    password_hash: str


INSERT_IMPORTED_USER = statement(
    insert(User)
    .values(
        **parameters("email", "email_key", "username", "username_key", "password_hash", "full_name", "full_name_key"),
        **parameters("bio", "role", "is_active", "email_verified", "created_at"),
        version=1,
    )
    .on_conflict_do_nothing()
    .returning(User.id),
    int,
)
SELECT_ID_BY_EMAIL = statement(select(User.id).where(User.email_key == bindparam("email_key")), int)
SELECT_STORED_USERS = statement(
    select(
        User.id,
        User.email,
        User.username,
        User.full_name,
        User.bio,
        User.role,
        User.is_active,
        User.email_verified,
        User.created_at,
        User.password_hash,
    )
    .where(User.id > bindparam("after"))
    .order_by(User.id)
    .limit(literal(EXPORT_BATCH)),
    StoredUser,
)
