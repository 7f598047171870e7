"""Tokens that are sent by mail: each proves once that its user reads the mails of an address.

They are created when the mail is delivered, so that the outbox never holds one, and stored as hashes.
"""

from __future__ import annotations

from collections.abc import Hashable
from datetime import timedelta
from typing import Final, Literal, TypeAlias

from app.core.database import Transaction
from app.core.security import tokens
from app.resources import Resources
from app.schemas.problems import InvalidToken
from app.services.mail_tokens.queries import (
    DELETE_SURPLUS_TOKENS,
    DELETE_TOKEN,
    DELETE_TOKENS_OF_USER,
    INSERT_TOKEN,
    SELECT_TOKEN,
    StoredToken,
)
from app.services.shared.limits import count

Purpose: TypeAlias = Literal["reset-password", "verify-email", "change-email"]

_PREFIXES: Final[dict[Purpose, str]] = {
    "reset-password": "acp_",
    "verify-email": tokens.EMAIL,
    "change-email": tokens.EMAIL,
}


async def create(resources: Resources, user_id: int, purpose: Purpose, email: str, *, invited: bool = False) -> str:
    """A new token for an address. Older ones stay valid: which of several mails arrives first is unknown.

    A user who was invited has as long to choose the first password as others to confirm an address.
    """
    token, settings, now = tokens.new(_PREFIXES[purpose]), resources.settings, resources.now()
    resets = purpose == "reset-password" and not invited
    seconds = settings.reset_token_seconds if resets else settings.email_token_seconds
    async with resources.database.transaction() as transaction:
        await transaction.run(DELETE_SURPLUS_TOKENS, user_id=user_id, purpose=purpose)
        await transaction.run(
            INSERT_TOKEN,
            hash=tokens.digest(token),
            user_id=user_id,
            purpose=purpose,
            email=email,
            expires_at=now + timedelta(seconds=seconds),
        )
    return token


async def discard(resources: Resources, token: str) -> None:
    """Delete a token whose mail was not delivered."""
    await resources.database.one(DELETE_TOKEN, hash=tokens.digest(token))


async def find(resources: Resources, token: str, *purposes: Purpose) -> StoredToken | None:
    """The token of one of these purposes, which have one prefix. It stays valid."""
    if not tokens.is_well_formed(token, _PREFIXES[purposes[0]]):
        return None
    found = await resources.database.one(SELECT_TOKEN, hash=tokens.digest(token), now=resources.now())
    return found if found is not None and found.purpose in purposes else None


async def refused(resources: Resources, address: Hashable) -> InvalidToken:
    """Count an unknown token from a client address, and return what to raise. Raises `TooManyRequests`."""
    await count(resources.unknown_tokens, address, "unknown tokens from this address")
    return invalid()


async def use(transaction: Transaction, token: StoredToken) -> None:
    """Use a token up. Raises `InvalidToken` if it was used or deleted meanwhile."""
    if await transaction.one(DELETE_TOKEN, hash=token.hash) is None:
        raise invalid()


async def delete_all(transaction: Transaction, user_id: int) -> None:
    """Make all tokens of a user invalid."""
    await transaction.run(DELETE_TOKENS_OF_USER, user_id=user_id)


def invalid() -> InvalidToken:
    """The problem of every token that is not valid."""
    return InvalidToken("The token is unknown, expired or already used; ask for a new one.")
