"""SQL of passwords and e-mail addresses."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, select, true, update

from app.core.database.statements import command, lookup, statement
from app.models import User


class Account(NamedTuple):
    """What the rules of passwords need to know of a user."""

    email: str
    username: str
    full_name: str | None
    password_hash: str


_THIS = User.id == bindparam("user_id")

SELECT_ACCOUNT = lookup(select(User.email, User.username, User.full_name, User.password_hash), Account, user_id=User.id)
# Only in place of the password that was verified: of two changes at the same time, one succeeds.
UPDATE_PASSWORD = statement(
    update(User)
    .where(_THIS, User.password_hash == bindparam("old_hash"))
    .values(password_hash=bindparam("new_hash"), credentials_changed_at=bindparam("now"))
    .returning(User.id),
    int,
)
# The password stays the one that was verified until the end of the transaction.
LOCK_PASSWORD = statement(
    select(User.id).where(_THIS, User.password_hash == bindparam("old_hash")).with_for_update(read=True), int
)
RESET_PASSWORD = command(
    update(User).where(_THIS).values(password_hash=bindparam("new_hash"), credentials_changed_at=bindparam("now"))
)
# No row is returned if the user has another address by now, or has confirmed it before.
VERIFY_EMAIL = statement(
    update(User)
    .where(_THIS, User.email_key == bindparam("email_key"), ~User.email_verified)
    .values(email_verified=true(), version=User.version + 1)
    .returning(User.id),
    int,
)
UPDATE_EMAIL = command(
    update(User)
    .where(_THIS)
    .values(
        email=bindparam("new_email"),
        email_key=bindparam("new_email_key"),
        email_verified=true(),
        credentials_changed_at=bindparam("now"),
        version=User.version + 1,
    )
)
