"""Challenges for passkeys: single-use, valid for 5 minutes, and stored only once they were answered.

The id of a challenge is its content, encrypted and authenticated, so that creating one writes nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, TypeAlias

from app.core.database import Transaction
from app.resources import Resources
from app.services.factors.passkey_queries import INSERT_USED_CHALLENGE

Purpose: TypeAlias = Literal["registration", "authentication"]

LIFETIME = timedelta(minutes=5)
_SKEW = timedelta(minutes=5)  # by which the clocks of two processes may differ
_SECRET = "passkey-challenge"  # noqa: S105 - the purpose of the encryption
NOBODY = 0


class Challenge(NamedTuple):
    """A challenge that has not expired; `text` is base64url, as browsers repeat it."""

    text: str
    expires_at: datetime

    @property
    def hash(self) -> str:
        """How a used challenge is stored."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def create(resources: Resources, purpose: Purpose, user_id: int = NOBODY) -> tuple[str, str]:
    """The id of a new challenge, and its text. With a user, only that user can answer it."""
    text, expires_at = secrets.token_urlsafe(32), resources.now() + LIFETIME
    content = f"{purpose} {user_id} {int(expires_at.timestamp())} {text}"
    return resources.secrets.encrypt(_SECRET, content), text


def read(resources: Resources, challenge_id: str, purpose: Purpose, user_id: int = NOBODY) -> Challenge | None:
    """The challenge with an id; None if it was not issued, has expired, or is for another purpose or user."""
    try:
        found, owner, seconds, text = resources.secrets.decrypt(_SECRET, challenge_id).split(" ")
    except ValueError:
        return None
    expires_at = datetime.fromtimestamp(int(seconds), UTC)
    valid = found == purpose and int(owner) == user_id and resources.now() < expires_at
    return Challenge(text, expires_at) if valid else None


async def use(transaction: Transaction, challenge: Challenge) -> bool:
    """Make a challenge invalid. Returns False if it was used before."""
    expires_at = challenge.expires_at + _SKEW
    return await transaction.one(INSERT_USED_CHALLENGE, hash=challenge.hash, expires_at=expires_at) is not None
