"""SQL of sign-ups whose address is not confirmed yet."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, exists, select, update
from sqlalchemy.orm import aliased

from app.core.database.statements import command, insert, parameters, statement
from app.models import SignUp, SignUpToken, User


class PendingSignUp(NamedTuple):
    """A sign-up, and who has its address and username by now."""

    username: str
    full_name: str | None
    owner_username: str | None  # of the user who has the address
    owner_full_name: str | None
    is_username_taken: bool


class ConfirmedSignUp(NamedTuple):
    """A sign-up whose token was sent back."""

    id: int
    email: str
    username: str
    full_name: str | None
    password_hash: str


_OWNER, _NAMESAKE = aliased(User), aliased(User)
_NOT_EXPIRED = SignUp.expires_at > bindparam("now")

INSERT_SIGN_UP = statement(
    insert(SignUp)
    .values(**parameters("email", "email_key", "username", "username_key", "full_name", "password_hash", "expires_at"))
    .returning(SignUp.id),
    int,
)
SELECT_PENDING_SIGN_UP = statement(
    select(
        SignUp.username,
        SignUp.full_name,
        _OWNER.username,
        _OWNER.full_name,
        exists().where(_NAMESAKE.username_key == SignUp.username_key),
    )
    .join_from(SignUp, _OWNER, _OWNER.email_key == SignUp.email_key, isouter=True)
    .where(SignUp.id == bindparam("sign_up_id"), _NOT_EXPIRED),
    PendingSignUp,
)
INSERT_SIGN_UP_TOKEN = command(insert(SignUpToken).values(**parameters("hash", "sign_up_id")))
DELETE_SIGN_UP_TOKEN = command(delete(SignUpToken).where(SignUpToken.hash == bindparam("hash")))
UPDATE_EXPIRY = command(
    update(SignUp).where(SignUp.id == bindparam("sign_up_id")).values(expires_at=bindparam("new_expires_at"))
)
SELECT_CONFIRMED_SIGN_UP = statement(
    select(SignUp.id, SignUp.email, SignUp.username, SignUp.full_name, SignUp.password_hash)
    .join_from(SignUpToken, SignUp, SignUp.id == SignUpToken.sign_up_id)
    .where(SignUpToken.hash == bindparam("hash"), _NOT_EXPIRED),
    ConfirmedSignUp,
)
DELETE_SIGN_UPS_OF_ADDRESS = command(delete(SignUp).where(SignUp.email_key == bindparam("email_key")))
DELETE_SIGN_UP = statement(delete(SignUp).where(SignUp.id == bindparam("sign_up_id")).returning(SignUp.id), int)
