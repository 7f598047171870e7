"""SQL of tokens that are sent by mail."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, literal, select

from app.core.database.statements import command, insert, parameters, statement
from app.models import MailToken, User

MAX_TOKENS = 20  # of a user, for one purpose


class StoredToken(NamedTuple):
    """A valid token, and its user as they are now."""

    hash: str
    purpose: str
    email: str
    user_id: int
    user_email: str
    username: str
    full_name: str | None


INSERT_TOKEN = command(insert(MailToken).values(**parameters("hash", "user_id", "purpose", "email", "expires_at")))
_OF_PURPOSE = (MailToken.user_id == bindparam("user_id"), MailToken.purpose == bindparam("purpose"))
# Makes room for one more. Run before it is inserted: when the lifetime was shortened, the new token may expire first.
DELETE_SURPLUS_TOKENS = command(
    delete(MailToken).where(
        *_OF_PURPOSE,
        MailToken.hash.not_in(
            select(MailToken.hash).where(*_OF_PURPOSE).order_by(MailToken.expires_at.desc()).limit(literal(MAX_TOKENS - 1))
        ),
    )
)
SELECT_TOKEN = statement(
    select(MailToken.hash, MailToken.purpose, MailToken.email, User.id, User.email, User.username, User.full_name)
    .join_from(MailToken, User, User.id == MailToken.user_id)
    .where(
        MailToken.hash == bindparam("hash"),
        MailToken.expires_at > bindparam("now"),
        User.is_active,
    ),
    StoredToken,
)
DELETE_TOKEN = statement(delete(MailToken).where(MailToken.hash == bindparam("hash")).returning(MailToken.user_id), int)
DELETE_TOKENS_OF_USER = command(delete(MailToken).where(MailToken.user_id == bindparam("user_id")))
