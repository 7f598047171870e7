"""Sign-ups that wait for the confirmation of their address. Who has the address is looked up when the mail is delivered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.database import Transaction
from app.core.security import tokens
from app.resources import Resources
from app.schemas.models import UserCreate
from app.services.sign_ups.queries import (
    DELETE_SIGN_UP,
    DELETE_SIGN_UP_TOKEN,
    INSERT_SIGN_UP,
    INSERT_SIGN_UP_TOKEN,
    SELECT_CONFIRMED_SIGN_UP,
    SELECT_PENDING_SIGN_UP,
    UPDATE_EXPIRY,
    ConfirmedSignUp,
)

DELIVERY = timedelta(days=7)  # in which the mail must be delivered; afterwards its token has a lifetime of its own


class Invitation(NamedTuple):
    """What the mail says: a token that creates the user; or none, because the address or the username belongs to a user."""

    username: str
    full_name: str | None
    token: str | None
    is_known: bool = False  # a user has the address; the names are theirs


async def store(transaction: Transaction, new: UserCreate, full_name: str | None, password_hash: str, now: datetime) -> int:
    """Store a sign-up and return its id; one statement, whoever has the address."""
    sign_up_id = await transaction.one(
        INSERT_SIGN_UP,
        email=new.email,
        email_key=new.email.lower(),
        username=new.username,
        username_key=new.username.lower(),
        full_name=full_name,
        password_hash=password_hash,
        expires_at=now + DELIVERY,
    )
    if sign_up_id is None:
        raise RuntimeError("an insert without a conflict clause returned no row")
    return sign_up_id


async def invite(resources: Resources, sign_up_id: int) -> Invitation | None:
    """What to send, with a new token if the user can be created. Older tokens stay valid. None: the sign-up is over."""
    now = resources.now()
    pending = await resources.database.one(SELECT_PENDING_SIGN_UP, sign_up_id=sign_up_id, now=now)
    if pending is None:
        return None
    if pending.owner_username is not None:
        return Invitation(pending.owner_username, pending.owner_full_name, None, is_known=True)
    if pending.is_username_taken:
        return Invitation(pending.username, pending.full_name, None)
    token = tokens.new(tokens.EMAIL)
    expires_at = now + timedelta(seconds=resources.settings.email_token_seconds)
    async with resources.database.transaction() as transaction:
        await transaction.run(INSERT_SIGN_UP_TOKEN, hash=tokens.digest(token), sign_up_id=sign_up_id)
        await transaction.run(UPDATE_EXPIRY, sign_up_id=sign_up_id, new_expires_at=expires_at)
    return Invitation(pending.username, pending.full_name, token)


async def discard(resources: Resources, token: str) -> None:
    """Delete a token whose mail was not delivered."""
    await resources.database.run(DELETE_SIGN_UP_TOKEN, hash=tokens.digest(token))


async def find(resources: Resources, token: str) -> ConfirmedSignUp | None:
    """The sign-up that a token confirms."""
    if not tokens.is_well_formed(token, tokens.EMAIL):
        return None
    return await resources.database.one(SELECT_CONFIRMED_SIGN_UP, hash=tokens.digest(token), now=resources.now())


async def use(transaction: Transaction, sign_up: ConfirmedSignUp) -> bool:
    """Delete a sign-up with its tokens. False if it was deleted meanwhile."""
    return await transaction.one(DELETE_SIGN_UP, sign_up_id=sign_up.id) is not None
