"""Refresh tokens: each is exchanged once, and one that is used again later ends the session."""

from __future__ import annotations

import secrets
from collections.abc import Hashable
from datetime import datetime, timedelta

from app.call import Origin
from app.core.config import Settings
from app.core.database import Transaction, retry_on_conflict
from app.core.security import tokens
from app.resources import Resources
from app.schemas.problems import InvalidRefreshToken
from app.schemas.rows import TokensRow
from app.services import audit
from app.services.audit import Details
from app.services.sessions.queries import (
    DELETE_EXPIRED_TOKENS,
    DELETE_SESSION,
    INSERT_REFRESH_TOKEN,
    MARK_REFRESH_TOKEN_USED,
    SELECT_REFRESH_TOKEN,
    UPDATE_SESSION_TOKENS,
    UPSERT_PREVIOUS_ACCESS_TOKEN,
    StoredRefreshToken,
)
from app.services.shared.limits import count

GRACE = timedelta(seconds=10)  # in which replaced tokens stay valid, for parallel tabs; the document promises it


def expiry(settings: Settings, now: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """When new access and refresh tokens expire, at the latest with the session."""
    access, idle = (timedelta(seconds=each) for each in (settings.access_token_seconds, settings.refresh_token_seconds))
    return min(now + access, ends_at), min(now + idle, ends_at)


def seconds_until(instant: datetime, now: datetime) -> int:
    """Whole seconds until an instant; 0 if it has passed."""
    return max(0, int((instant - now).total_seconds()))


async def refresh(resources: Resources, refresh_token: str, address: Hashable = "", origin: Origin | None = None) -> TokensRow:
    """Exchange a refresh token for a new pair. During the grace period the same token returns the same pair.

    Raises:
        TooManyRequests: the token is unknown, as too many others from this client address were.
        InvalidRefreshToken: unknown, expired, of an inactive user, or reused after the grace period, which ends the session.
    """
    issued = await _refresh(resources, refresh_token, origin) if tokens.is_well_formed(refresh_token, tokens.REFRESH) else None
    if issued is None:
        await count(resources.unknown_tokens, address, "unknown tokens from this address")
        raise _invalid_refresh_token()
    return issued


@retry_on_conflict
async def _refresh(resources: Resources, refresh_token: str, origin: Origin | None) -> TokensRow | None:
    """The new pair; None if the token is unknown. Raises `InvalidRefreshToken`."""
    now = resources.now()
    async with resources.database.transaction() as transaction:
        found = await transaction.one(SELECT_REFRESH_TOKEN, hash=tokens.digest(refresh_token))
        if found is None:
            return None
        if found.expires_at <= now or not found.is_active:
            raise _invalid_refresh_token()
        if found.used_at is None:
            return await _rotate(transaction, resources, refresh_token, found, now)
        reused = found.nonce is None or now - found.used_at > GRACE
        if reused:
            subject = await transaction.one(DELETE_SESSION, session_id=found.session_id)
            details = Details(session_id=found.session_id)
            await audit.record(
                transaction, audit.event("session.refresh-reused", now, origin, actor=None, subject=subject, details=details)
            )
    if reused or found.nonce is None:
        raise _invalid_refresh_token()
    access = tokens.successor(refresh_token, found.nonce, tokens.ACCESS)
    # If the session was refreshed again since, it has a later access token, which the returned refresh token leads to.
    is_current = tokens.digest(access) == found.access_hash
    return TokensRow(
        found.session_id,
        access,
        "Bearer",
        seconds_until(found.access_expires_at, now) if is_current else 0,
        tokens.successor(refresh_token, found.nonce, tokens.REFRESH),
        seconds_until(found.session_expires_at, now),
    )


async def _rotate(
    transaction: Transaction, resources: Resources, refresh_token: str, found: StoredRefreshToken, now: datetime
) -> TokensRow:
    settings, session_id, nonce = resources.settings, found.session_id, secrets.token_hex(32)
    ends_at = found.session_ends_at or found.session_created_at + timedelta(seconds=settings.session_seconds)
    access_expires_at, expires_at = expiry(settings, now, ends_at)
    if expires_at <= now:
        raise _invalid_refresh_token()
    used = await transaction.one(
        MARK_REFRESH_TOKEN_USED, used_hash=tokens.digest(refresh_token), new_used_at=now, new_nonce=nonce
    )
    if used is None:
        raise _invalid_refresh_token()
    access = tokens.successor(refresh_token, nonce, tokens.ACCESS)
    following = tokens.successor(refresh_token, nonce, tokens.REFRESH)
    await transaction.run(
        UPDATE_SESSION_TOKENS,
        session_id=session_id,
        new_access_hash=tokens.digest(access),
        new_access_expires_at=access_expires_at,
        new_refreshed_at=now,
        new_expires_at=expires_at,
    )
    await transaction.run(
        UPSERT_PREVIOUS_ACCESS_TOKEN,
        session_id=session_id,
        hash=found.access_hash,
        expires_at=min(now + GRACE, found.access_expires_at),
    )
    await transaction.run(INSERT_REFRESH_TOKEN, hash=tokens.digest(following), session_id=session_id, expires_at=expires_at)
    await transaction.run(DELETE_EXPIRED_TOKENS, session_id=session_id, now=now)
    return TokensRow(
        session_id, access, "Bearer", seconds_until(access_expires_at, now), following, seconds_until(expires_at, now)
    )


def _invalid_refresh_token() -> InvalidRefreshToken:
    return InvalidRefreshToken("The refresh token is not valid; sign in again.")
