"""Rules of sessions: signing in, rotating tokens, signing out. A token counts from the database alone, on each request."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import bindparam, delete, literal, or_, select, update

from app.core import tokens
from app.core.call import Principal, Resources
from app.core.database import Database, Transaction, retried
from app.core.limits import settled
from app.core.statements import command, insert, lookup, statement
from app.models import RefreshToken, Session, User
from app.schemas.models import SessionCreate
from app.schemas.problems import InvalidCredentials, InvalidRefreshToken, NotFound, TooManyRequests
from app.schemas.rows import SessionRow, TokensRow

GRACE = timedelta(seconds=10)  # for parallel tabs; the document promises it
MOST_SESSIONS = 100  # of one user; the document's `sessions` array has the same bound


class Credentials(NamedTuple):
    """What signing in needs to know of a user."""

    user_id: int
    password_hash: str
    is_active: bool


class Admission(NamedTuple):
    """Whom an access token belongs to, and until when it is good."""

    user_id: int
    role: Literal["user", "admin"]
    session_id: int
    expires_at: datetime


class Rotation(NamedTuple):
    """A refresh token and the session that it belongs to."""

    session_id: int
    expires_at: datetime
    used_at: datetime | None
    nonce: str | None
    is_active: bool
    access_hash: str
    access_expires_at: datetime
    session_expires_at: datetime


VERIFY = lookup(
    select(Session.user_id, User.role, Session.id, Session.access_expires_at)
    .join_from(Session, User, User.id == Session.user_id)
    .where(User.is_active),
    Admission,
    access_hash=Session.access_hash,
)
CREDENTIALS = statement(
    select(User.id, User.password_hash, User.is_active).where(
        or_(User.email_key == bindparam("identifier"), User.username_key == bindparam("identifier"))
    ),
    Credentials,
)
# Of the password that was verified: it may have been changed since.
REHASH = command(
    update(User)
    .where(User.id == bindparam("user_id"), User.password_hash == bindparam("old_hash"))
    .values(password_hash=bindparam("new_hash"))
)
# Of an active user only: a user who is deactivated while signing in gets no session.
INSERT = statement(
    insert(Session)
    .from_select(
        ["user_id", "access_hash", "access_expires_at", "created_at", "refreshed_at", "expires_at"],
        select(
            User.id,
            bindparam("access_hash", type_=Session.access_hash.type),
            bindparam("access_expires_at", type_=Session.access_expires_at.type),
            bindparam("created_at", type_=Session.created_at.type),
            bindparam("refreshed_at", type_=Session.refreshed_at.type),
            bindparam("expires_at", type_=Session.expires_at.type),
        )
        .where(User.id == bindparam("user_id"), User.is_active)
        .with_for_update(read=True),  # who deactivates the user either waits for the session, and ends it, or is waited for
    )
    .returning(Session.id),
    int,
)
INSERT_REFRESH = command(
    insert(RefreshToken).values(hash=bindparam("hash"), session_id=bindparam("session_id"), expires_at=bindparam("expires_at"))
)
# So the tokens of a session are as many as its refreshes in the lifetime of one, however long it lives.
PRUNE = command(
    delete(RefreshToken).where(RefreshToken.session_id == bindparam("session_id"), RefreshToken.expires_at <= bindparam("now"))
)
# What has expired goes too, so the table is bounded by the users.
TRIM = command(
    delete(Session).where(
        Session.user_id == bindparam("user_id"),
        or_(
            Session.expires_at <= bindparam("now"),
            Session.id.not_in(
                select(Session.id)
                .where(Session.user_id == bindparam("user_id"))
                .order_by(Session.id.desc())
                .limit(literal(MOST_SESSIONS))
            ),
        ),
    )
)
ROTATION = statement(
    select(
        RefreshToken.session_id,
        RefreshToken.expires_at,
        RefreshToken.used_at,
        RefreshToken.nonce,
        User.is_active,
        Session.access_hash,
        Session.access_expires_at,
        Session.expires_at,
    )
    .select_from(RefreshToken)
    .join(Session, Session.id == RefreshToken.session_id)
    .join(User, User.id == Session.user_id)
    .where(RefreshToken.hash == bindparam("hash"))
    # Of two who refresh at once the second waits, and sees what the first has made of both. SQLite has one writer. The session
    # comes first, as for those who end a session and so its tokens: the other way round the two would wait for each other.
    .with_for_update(of=[Session, RefreshToken]),
    Rotation,
)
USE = statement(
    update(RefreshToken)
    .where(RefreshToken.hash == bindparam("used_hash"), RefreshToken.used_at.is_(None))
    .values(used_at=bindparam("new_used_at"), nonce=bindparam("new_nonce"))
    .returning(RefreshToken.session_id),
    int,
)
REFRESH = command(
    update(Session)
    .where(Session.id == bindparam("session_id"))
    .values(
        access_hash=bindparam("new_access_hash"),
        access_expires_at=bindparam("new_access_expires_at"),
        refreshed_at=bindparam("new_refreshed_at"),
        expires_at=bindparam("new_expires_at"),
    )
)
LIST = statement(
    select(
        Session.id,
        (Session.id == bindparam("current", type_=Session.id.type)).label("is_current"),
        Session.created_at,
        Session.refreshed_at,
        Session.expires_at,
    )
    .where(Session.user_id == bindparam("user_id"), Session.expires_at > bindparam("now"))
    .order_by(Session.id.desc())
    .limit(literal(MOST_SESSIONS)),
    SessionRow,
)
END = statement(
    delete(Session).where(Session.id == bindparam("session_id"), Session.user_id == bindparam("user_id")).returning(Session.id),
    int,
)
END_ANY = command(delete(Session).where(Session.id == bindparam("session_id")))


class Bearer:
    """The document's scheme `bearer`: access tokens, and roles as scopes."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    async def verify(self, credential: str) -> Principal | None:
        """Whose access token this is, if it lives and its user is active: one look-up of a hash."""
        if not tokens.well_formed(credential, tokens.ACCESS):
            return None
        found = await self._resources.database.one(VERIFY, access_hash=tokens.digest(credential))
        if found is None or found.expires_at <= self._resources.now():
            return None
        return Principal(found.user_id, found.role, found.session_id)

    def allows(self, principal: Principal, scopes: tuple[str, ...]) -> bool:
        """Whether the principal has the roles."""
        return all(scope == principal.role for scope in scopes)


async def create(resources: Resources, sent: SessionCreate) -> TokensRow:
    """Sign in.

    Raises:
        TooManyRequests: too many attempts for this identifier, from whatever addresses, whether there is such a user or not.
        InvalidCredentials: the same for a wrong password, an unknown and an inactive user, and after the same time.
        ServiceUnavailable: too many passwords wait to be verified.
    """
    # Names are ASCII, but lower() makes ASCII of a few other letters: the Kelvin sign is no k.
    identifier = sent.identifier.lower() if sent.identifier.isascii() else sent.identifier
    await _count(resources, identifier)
    found = await resources.database.one(CREDENTIALS, identifier=identifier)
    fits = await resources.passwords.verify(found.password_hash if found else None, sent.password)
    if found is None or not fits or not found.is_active:
        raise _invalid_credentials()
    if resources.passwords.outdated(found.password_hash):
        new_hash = await resources.passwords.hash(sent.password)
        await resources.database.run(REHASH, user_id=found.user_id, old_hash=found.password_hash, new_hash=new_hash)
    return await issue(resources, found.user_id)


async def _count(resources: Resources, identifier: str) -> None:
    if resources.sign_ins is None:
        return
    if wait := (await settled(resources.sign_ins.hit(identifier))).wait:
        detail = f"Too many attempts to sign in as this user; try again in {wait} seconds."
        raise TooManyRequests(detail, retry_after=wait)


@retried
async def issue(resources: Resources, user_id: int) -> TokensRow:
    """Begin a session of an active user. Raises `InvalidCredentials` if the user is not (or no longer) one."""
    settings, now = resources.settings, resources.now()
    access, refresh_token = tokens.new(tokens.ACCESS), tokens.new(tokens.REFRESH)
    expires_at = now + timedelta(seconds=settings.refresh_token_seconds)
    async with resources.database.transaction() as transaction:
        session_id = await transaction.one(
            INSERT,
            user_id=user_id,
            access_hash=tokens.digest(access),
            access_expires_at=now + timedelta(seconds=settings.access_token_seconds),
            created_at=now,
            refreshed_at=now,
            expires_at=expires_at,
        )
        if session_id is None:
            raise _invalid_credentials()
        await transaction.run(INSERT_REFRESH, hash=tokens.digest(refresh_token), session_id=session_id, expires_at=expires_at)
        await transaction.run(TRIM, user_id=user_id, now=now)
    return TokensRow(session_id, access, "Bearer", settings.access_token_seconds, refresh_token, settings.refresh_token_seconds)


@retried
async def refresh(resources: Resources, refresh_token: str) -> TokensRow:
    """Exchange a refresh token for the next pair; within the grace the same token gives the same pair again.

    Raises:
        InvalidRefreshToken: unknown, expired, of an inactive user, or used too long ago: then the session ends.
    """
    if not tokens.well_formed(refresh_token, tokens.REFRESH):
        raise _invalid_refresh_token()
    now = resources.now()
    async with resources.database.transaction() as transaction:
        found = await transaction.one(ROTATION, hash=tokens.digest(refresh_token))
        if found is None or found.expires_at <= now or not found.is_active:
            raise _invalid_refresh_token()
        if found.used_at is None:
            return await _rotate(transaction, resources, refresh_token, found.session_id, now)
        stolen = found.nonce is None or now - found.used_at > GRACE
        if stolen:
            await transaction.run(END_ANY, session_id=found.session_id)
    if stolen or found.nonce is None:
        raise _invalid_refresh_token()
    access = tokens.successor(refresh_token, found.nonce, tokens.ACCESS)
    # Refreshed twice within the grace, the session has a later access token; the refresh token answered here leads to it.
    is_live = tokens.digest(access) == found.access_hash
    return TokensRow(
        found.session_id,
        access,
        "Bearer",
        max(0, int((found.access_expires_at - now).total_seconds())) if is_live else 0,
        tokens.successor(refresh_token, found.nonce, tokens.REFRESH),
        max(0, int((found.session_expires_at - now).total_seconds())),
    )


async def _rotate(
    transaction: Transaction, resources: Resources, refresh_token: str, session_id: int, now: datetime
) -> TokensRow:
    settings, nonce = resources.settings, secrets.token_hex(32)
    used = await transaction.one(USE, used_hash=tokens.digest(refresh_token), new_used_at=now, new_nonce=nonce)
    if used is None:
        raise _invalid_refresh_token()
    access = tokens.successor(refresh_token, nonce, tokens.ACCESS)
    following = tokens.successor(refresh_token, nonce, tokens.REFRESH)
    expires_at = now + timedelta(seconds=settings.refresh_token_seconds)
    await transaction.run(
        REFRESH,
        session_id=session_id,
        new_access_hash=tokens.digest(access),
        new_access_expires_at=now + timedelta(seconds=settings.access_token_seconds),
        new_refreshed_at=now,
        new_expires_at=expires_at,
    )
    await transaction.run(INSERT_REFRESH, hash=tokens.digest(following), session_id=session_id, expires_at=expires_at)
    await transaction.run(PRUNE, session_id=session_id, now=now)
    return TokensRow(session_id, access, "Bearer", settings.access_token_seconds, following, settings.refresh_token_seconds)


async def list_sessions(resources: Resources, principal: Principal) -> list[SessionRow]:
    """The principal's live sessions, newest first: one statement."""
    return await resources.database.all(LIST, user_id=principal.user_id, current=principal.session_id, now=resources.now())


@retried
async def delete_session(database: Database, principal: Principal, session_id: int | str) -> None:
    """End one session of the principal; `current` is the one of this request. Raises `NotFound`."""
    number = principal.session_id if isinstance(session_id, str) else session_id
    if await database.one(END, session_id=number, user_id=principal.user_id) is None:
        raise NotFound("You have no such session.")


def _invalid_credentials() -> InvalidCredentials:
    return InvalidCredentials("The identifier and the password do not match an active user.")


def _invalid_refresh_token() -> InvalidRefreshToken:
    return InvalidRefreshToken("The refresh token does not open a session; sign in again.")
