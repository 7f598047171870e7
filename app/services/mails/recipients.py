"""Who gets a mail with a token: looked up when it is delivered, so that asking for it takes the same steps for everybody."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from app.core.database import Database
from app.core.database.statements import statement
from app.models import User
from app.services.mail_tokens import Purpose


class Recipient(NamedTuple):
    """A user who may get a token."""

    user_id: int
    username: str
    full_name: str | None
    email_verified: bool
    credentials_changed_at: datetime | None


_COLUMNS = (User.id, User.username, User.full_name, User.email_verified, User.credentials_changed_at)
_OTHER = aliased(User)

SELECT_BY_EMAIL = statement(select(*_COLUMNS).where(User.email_key == bindparam("email_key"), User.is_active), Recipient)
SELECT_FOR_NEW_EMAIL = statement(
    select(*_COLUMNS).where(
        User.id == bindparam("user_id"),
        User.is_active,
        ~select(_OTHER.id).where(_OTHER.email_key == bindparam("email_key"), _OTHER.id != User.id).exists(),
    ),
    Recipient,
)


async def find(
    database: Database, purpose: Purpose, email: str, requested_at: datetime, user_id: int | None
) -> Recipient | None:
    """The user who gets a token at this address; one statement.

    None: no active user has the address (or, to change it, another user has), it is verified already, or the password or
    address has changed since the mail was asked for.
    """
    key = email.lower()
    if purpose == "change-email":
        found = await database.one(SELECT_FOR_NEW_EMAIL, user_id=user_id or 0, email_key=key)
    else:
        found = await database.one(SELECT_BY_EMAIL, email_key=key)
    if found is None or (purpose == "verify-email" and found.email_verified):
        return None
    changed_at = found.credentials_changed_at
    return None if changed_at is not None and changed_at > requested_at else found
