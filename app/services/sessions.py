"""Rules of sessions: signing in, rotating tokens, signing out. A token counts from the database alone, on each request."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Hashable
from datetime import datetime, timedelta

from app.call import Principal
from app.core.config import Settings
from app.core.database import Database, Transaction, retry_on_conflict
from app.core.limits.throttle import Attempt
from app.core.security import tokens
from app.core.security.passwords import DEMO_PASSWORD
from app.resources import Resources
from app.schemas.models import SessionCreate
from app.schemas.problems import InvalidCredentials, InvalidRefreshToken, NotFound
from app.schemas.rows import SessionRow, TokensRow
from app.services import known_addresses
from app.services.limits import refuse
from app.services.sessions_queries import (
    DELETE_EXPIRED_TOKENS,
    DELETE_OWN_SESSION,
    DELETE_SESSION,
    DELETE_SURPLUS_SESSIONS,
    INSERT_REFRESH_TOKEN,
    INSERT_SESSION,
    MARK_REFRESH_TOKEN_USED,
    SELECT_ADMISSION,
    SELECT_CREDENTIALS,
    SELECT_PREVIOUS_ADMISSION,
    SELECT_REFRESH_TOKEN,
    SELECT_SESSIONS,
    UPDATE_PASSWORD_HASH,
    UPDATE_SESSION_TOKENS,
    UPSERT_PREVIOUS_TOKEN,
    Rotation,
)

GRACE = timedelta(seconds=10)  # for parallel tabs, of both tokens; the document promises it


class Bearer:
    """The document's scheme `bearer`: access tokens, and roles as scopes."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    async def verify(self, credential: str) -> Principal | None:
        """Whose access token this is, if it lives and its user is active: one look-up of a hash.

        Another one if the hash is no session's: that of the token before is good for the grace, for requests that were under
        way while another tab refreshed, such as signing out.
        """
        if not tokens.is_well_formed(credential, tokens.ACCESS):
            return None
        database, digest = self._resources.database, tokens.digest(credential)
        found = await database.one(SELECT_ADMISSION, access_hash=digest)
        if found is None:
            found = await database.one(SELECT_PREVIOUS_ADMISSION, hash=digest)
        if found is None or found.expires_at <= self._resources.now():
            return None
        return Principal(found.user_id, found.role, found.session_id)

    def allows(self, principal: Principal, scopes: tuple[str, ...]) -> bool:
        """Whether the principal has the roles."""
        return all(scope == principal.role for scope in scopes)


async def create(resources: Resources, sent: SessionCreate, address: Hashable = "") -> TokensRow:
    """Sign in from a client address.

    Raises:
        TooManyRequests: too many failures of this address, or too many who wait to sign in as this user, known or not.
        InvalidCredentials: the same for a wrong password, an unknown and an inactive user, and after the same time.
        ServiceUnavailable: too many passwords wait to be verified.
    """
    # Names are ASCII, but lower() makes ASCII of a few other letters: the Kelvin sign is no k.
    identifier = sent.identifier.lower() if sent.identifier.isascii() else sent.identifier
    found = await resources.database.one(SELECT_CREDENTIALS, identifier=identifier)
    user_id = found.user_id if found is not None else 0
    look_up = functools.partial(known_addresses.is_known, resources.database, user_id, address, resources.now())
    # Whoever sends the e-mail address and the username of one account counts once; a name of nobody counts as one would.
    attempt = Attempt(user_id or tokens.digest(identifier), address, look_up)
    refuse(await resources.throttle.admit(attempt), "failed attempts to sign in")
    priority = resources.passwords.is_congested and await attempt.is_known()
    matches = await resources.passwords.verify(found.password_hash if found else None, sent.password, priority=priority)
    demo = (
        sent.password == DEMO_PASSWORD and resources.settings.env != "development"
    )  # of a database that was filled in development
    if found is None or not matches or not found.is_active or demo:
        await resources.throttle.failed(attempt)
        raise _invalid_credentials()
    if resources.passwords.needs_rehash(found.password_hash):
        new_hash = await resources.passwords.hash(sent.password)
        await resources.database.run(
            UPDATE_PASSWORD_HASH, user_id=found.user_id, old_hash=found.password_hash, new_hash=new_hash
        )
    return await issue(resources, found.user_id, address)


@retry_on_conflict
async def issue(resources: Resources, user_id: int, address: Hashable | None = None) -> TokensRow:
    """Begin a session of an active user, who is known at the address from now on.

    Raises:
        InvalidCredentials: the user is not (or no longer) an active one.
    """
    settings, now = resources.settings, resources.now()
    access, refresh_token = tokens.new(tokens.ACCESS), tokens.new(tokens.REFRESH)
    ends_at = now + timedelta(seconds=settings.session_seconds)
    access_expires_at, expires_at = _lives(settings, now, ends_at)
    async with resources.database.transaction() as transaction:
        session_id = await transaction.one(
            INSERT_SESSION,
            user_id=user_id,
            access_hash=tokens.digest(access),
            access_expires_at=access_expires_at,
            created_at=now,
            refreshed_at=now,
            expires_at=expires_at,
            ends_at=ends_at,
        )
        if session_id is None:
            raise _invalid_credentials()
        await transaction.run(
            INSERT_REFRESH_TOKEN, hash=tokens.digest(refresh_token), session_id=session_id, expires_at=expires_at
        )
        await transaction.run(DELETE_SURPLUS_SESSIONS, user_id=user_id, now=now)
        if address is not None:
            await known_addresses.remember(transaction, user_id, address, now)
    return TokensRow(session_id, access, "Bearer", _left(access_expires_at, now), refresh_token, _left(expires_at, now))


def _lives(settings: Settings, now: datetime, ends_at: datetime) -> tuple[datetime, datetime]:
    """When tokens made now expire, access and refresh: never after the session ends."""
    access, idle = (timedelta(seconds=each) for each in (settings.access_token_seconds, settings.refresh_token_seconds))
    return min(now + access, ends_at), min(now + idle, ends_at)


def _left(instant: datetime, now: datetime) -> int:
    """Whole seconds until an instant; 0 after it."""
    return max(0, int((instant - now).total_seconds()))


@retry_on_conflict
async def refresh(resources: Resources, refresh_token: str) -> TokensRow:
    """Exchange a refresh token for the next pair; within the grace the same token gives the same pair again.

    Raises:
        InvalidRefreshToken: unknown, expired, of an inactive user, or used too long ago: then the session ends.
    """
    if not tokens.is_well_formed(refresh_token, tokens.REFRESH):
        raise _invalid_refresh_token()
    now = resources.now()
    async with resources.database.transaction() as transaction:
        found = await transaction.one(SELECT_REFRESH_TOKEN, hash=tokens.digest(refresh_token))
        if found is None or found.expires_at <= now or not found.is_active:
            raise _invalid_refresh_token()
        if found.used_at is None:
            return await _rotate(transaction, resources, refresh_token, found, now)
        stolen = found.nonce is None or now - found.used_at > GRACE
        if stolen:
            await transaction.run(DELETE_SESSION, session_id=found.session_id)
    if stolen or found.nonce is None:
        raise _invalid_refresh_token()
    access = tokens.successor(refresh_token, found.nonce, tokens.ACCESS)
    # Refreshed twice within the grace, the session has a later access token; the refresh token answered here leads to it.
    is_live = tokens.digest(access) == found.access_hash
    return TokensRow(
        found.session_id,
        access,
        "Bearer",
        _left(found.access_expires_at, now) if is_live else 0,
        tokens.successor(refresh_token, found.nonce, tokens.REFRESH),
        _left(found.session_expires_at, now),
    )


async def _rotate(
    transaction: Transaction, resources: Resources, refresh_token: str, found: Rotation, now: datetime
) -> TokensRow:
    settings, session_id, nonce = resources.settings, found.session_id, secrets.token_hex(32)
    ends_at = found.session_ends_at or found.session_created_at + timedelta(seconds=settings.session_seconds)
    access_expires_at, expires_at = _lives(settings, now, ends_at)
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
        UPSERT_PREVIOUS_TOKEN,
        session_id=session_id,
        hash=found.access_hash,
        expires_at=min(now + GRACE, found.access_expires_at),
    )
    await transaction.run(INSERT_REFRESH_TOKEN, hash=tokens.digest(following), session_id=session_id, expires_at=expires_at)
    await transaction.run(DELETE_EXPIRED_TOKENS, session_id=session_id, now=now)
    return TokensRow(session_id, access, "Bearer", _left(access_expires_at, now), following, _left(expires_at, now))


async def list_own(resources: Resources, principal: Principal) -> list[SessionRow]:
    """The principal's live sessions, newest first: one statement."""
    return await resources.database.all(
        SELECT_SESSIONS, user_id=principal.user_id, current=principal.session_id, now=resources.now()
    )


@retry_on_conflict
async def delete(database: Database, principal: Principal, session_id: int | str) -> None:
    """End one session of the principal; `current` is the one of this request. Raises `NotFound`."""
    number = principal.session_id if isinstance(session_id, str) else session_id
    if await database.one(DELETE_OWN_SESSION, session_id=number, user_id=principal.user_id) is None:
        raise NotFound("You have no such session.")


def _invalid_credentials() -> InvalidCredentials:
    return InvalidCredentials("The identifier and the password do not match an active user.")


def _invalid_refresh_token() -> InvalidRefreshToken:
    return InvalidRefreshToken("The refresh token does not open a session; sign in again.")
