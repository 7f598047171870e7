"""SQL of sessions."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Boolean, ColumnElement, bindparam, delete, exists, func, literal, or_, select, update

from app.call import Role
from app.core.database.statements import Statement, command, insert, lookup, parameters, statement
from app.models import Factor, PreviousAccessToken, RefreshToken, Session, User
from app.schemas.rows import SessionRow
from app.services.factors.passkey_queries import HAS_PASSKEY
from app.services.factors.queries import HAS_TOTP

MAX_SESSIONS = 100  # per user; the document's `sessions` array has the same bound


class Credentials(NamedTuple):
    """A user who signs in."""

    user_id: int
    password_hash: str
    is_active: bool
    email_verified: bool
    has_totp: bool
    changed_at: datetime | None  # when the password or the address was changed the last time


class Proofs(NamedTuple):
    """What a user can prove who they are with."""

    password_hash: str
    has_totp: bool
    has_passkey: bool


class Proven(NamedTuple):
    """When the user of a session last proved who they are, and how they would do it again."""

    authenticated_at: datetime
    has_totp: bool
    has_passkey: bool


class AccessToken(NamedTuple):
    """The user and session of an access token, and when it expires."""

    user_id: int
    role: Role
    session_id: int
    expires_at: datetime


class StoredRefreshToken(NamedTuple):
    """A refresh token and its session."""

    session_id: int
    expires_at: datetime
    used_at: datetime | None
    nonce: str | None
    is_active: bool
    access_hash: str
    access_expires_at: datetime
    session_expires_at: datetime
    session_created_at: datetime
    session_ends_at: datetime | None


SELECT_ACCESS_TOKEN = lookup(
    select(Session.user_id, User.role, Session.id, Session.access_expires_at)
    .join_from(Session, User, User.id == Session.user_id)
    .where(User.is_active),
    AccessToken,
    access_hash=Session.access_hash,
)
SELECT_PREVIOUS_ACCESS_TOKEN = lookup(
    select(Session.user_id, User.role, Session.id, PreviousAccessToken.expires_at)
    .select_from(PreviousAccessToken)
    .join(Session, Session.id == PreviousAccessToken.session_id)
    .join(User, User.id == Session.user_id)
    .where(User.is_active),
    AccessToken,
    hash=PreviousAccessToken.hash,
)
SELECT_CREDENTIALS = statement(
    select(
        User.id,
        User.password_hash,
        User.is_active,
        User.email_verified,
        HAS_TOTP.label("has_totp"),
        User.credentials_changed_at,
    ).where(or_(User.email_key == bindparam("identifier"), User.username_key == bindparam("identifier"))),
    Credentials,
)
# Only the hash of the verified password: the password may have been changed since.
UPDATE_PASSWORD_HASH = command(
    update(User)
    .where(User.id == bindparam("user_id"), User.password_hash == bindparam("old_hash"))
    .values(password_hash=bindparam("new_hash"))
)
# Only for an active user: one who is deactivated while signing in gets no session.
_GIVEN = (
    *(Session.access_hash, Session.access_expires_at),
    *(Session.created_at, Session.refreshed_at, Session.expires_at, Session.ends_at),
)


def _insert_session(*conditions: ColumnElement[bool]) -> Statement[int]:
    return statement(
        insert(Session)
        .from_select(
            [Session.user_id, *_GIVEN],
            select(User.id, *(bindparam(column.key, type_=column.type) for column in _GIVEN))
            .where(User.id == bindparam("user_id"), User.is_active, *conditions)
            # A concurrent deactivation or change of the password waits for the new session and ends it, or is waited for.
            .with_for_update(read=True),
        )
        .returning(Session.id),
        int,
    )


INSERT_SESSION = _insert_session()
# Signing in can wait for half a minute. It creates no session if the password was changed since it was read (a new hash of the
# same password is no change), or if a second factor was added that was not asked for.
_IS_SECOND_FACTOR = bindparam("is_second_factor", type_=Boolean())
INSERT_SESSION_BY_PASSWORD = _insert_session(
    User.credentials_changed_at.is_not_distinct_from(bindparam("changed_at", type_=User.credentials_changed_at.type)),
    or_(_IS_SECOND_FACTOR, ~HAS_TOTP),
)
INSERT_REFRESH_TOKEN = command(insert(RefreshToken).values(**parameters("hash", "session_id", "expires_at")))
# Bounds the refresh tokens of a session by its refreshes during the lifetime of one.
DELETE_EXPIRED_TOKENS = command(
    delete(RefreshToken).where(RefreshToken.session_id == bindparam("session_id"), RefreshToken.expires_at <= bindparam("now"))
)
# Expired sessions too, so that the number of users bounds the table.
DELETE_SURPLUS_SESSIONS = command(
    delete(Session).where(
        Session.user_id == bindparam("user_id"),
        or_(
            Session.expires_at <= bindparam("now"),
            Session.id.not_in(
                select(Session.id)
                .where(Session.user_id == bindparam("user_id"))
                .order_by(Session.id.desc())
                .limit(literal(MAX_SESSIONS))
            ),
        ),
    )
)
SELECT_REFRESH_TOKEN = statement(
    select(
        RefreshToken.session_id,
        RefreshToken.expires_at,
        RefreshToken.used_at,
        RefreshToken.nonce,
        User.is_active,
        Session.access_hash,
        Session.access_expires_at,
        Session.expires_at,
        Session.created_at,
        Session.ends_at,
    )
    .select_from(RefreshToken)
    .join(Session, Session.id == RefreshToken.session_id)
    .join(User, User.id == Session.user_id)
    .where(RefreshToken.hash == bindparam("hash"))
    # Of two simultaneous refreshes the second waits and sees the changes of the first. (SQLite has one writer.) The session is
    # locked first, as when a session and so its tokens are deleted: the other order would deadlock.
    .with_for_update(of=[Session, RefreshToken]),
    StoredRefreshToken,
)
MARK_REFRESH_TOKEN_USED = statement(
    update(RefreshToken)
    .where(RefreshToken.hash == bindparam("used_hash"), RefreshToken.used_at.is_(None))
    .values(used_at=bindparam("new_used_at"), nonce=bindparam("new_nonce"))
    .returning(RefreshToken.session_id),
    int,
)
UPDATE_SESSION_TOKENS = command(
    update(Session)
    .where(Session.id == bindparam("session_id"))
    .values(
        access_hash=bindparam("new_access_hash"),
        access_expires_at=bindparam("new_access_expires_at"),
        refreshed_at=bindparam("new_refreshed_at"),
        expires_at=bindparam("new_expires_at"),
    )
)
_PREVIOUS = insert(PreviousAccessToken).values(**parameters("session_id", "hash", "expires_at"))
UPSERT_PREVIOUS_ACCESS_TOKEN = command(
    _PREVIOUS.on_conflict_do_update(
        index_elements=(PreviousAccessToken.session_id,),
        set_={name: _PREVIOUS.excluded[name] for name in ("hash", "expires_at")},
    )
)
SELECT_SESSIONS = statement(
    select(
        Session.id,
        (Session.id == bindparam("current", type_=Session.id.type)).label("is_current"),
        Session.created_at,
        Session.refreshed_at,
        Session.expires_at,
    )
    .where(Session.user_id == bindparam("user_id"), Session.expires_at > bindparam("now"))
    .order_by(Session.id.desc())
    .limit(literal(MAX_SESSIONS)),
    SessionRow,
)
DELETE_OWN_SESSION = statement(
    delete(Session).where(Session.id == bindparam("session_id"), Session.user_id == bindparam("user_id")).returning(Session.id),
    int,
)
DELETE_SESSIONS_OF_USER = command(delete(Session).where(Session.user_id == bindparam("user_id")))
DELETE_OTHER_SESSIONS = command(
    delete(Session).where(Session.user_id == bindparam("user_id"), Session.id != bindparam("session_id"))
)
SELECT_USER_ID = statement(select(User.id).where(User.id == bindparam("user_id")), int)
SELECT_PROVEN = statement(
    select(
        func.coalesce(Session.authenticated_at, Session.created_at),
        HAS_TOTP.label("has_totp"),
        HAS_PASSKEY.label("has_passkey"),
    )
    .join_from(Session, User, User.id == Session.user_id)
    .where(Session.id == bindparam("session_id")),
    Proven,
)
SELECT_PROOFS = statement(
    select(User.password_hash, HAS_TOTP.label("has_totp"), HAS_PASSKEY.label("has_passkey")).where(
        User.id == bindparam("user_id")
    ),
    Proofs,
)
UPDATE_AUTHENTICATED_AT = statement(
    update(Session)
    .where(
        Session.id == bindparam("session_id"),
        or_(
            _IS_SECOND_FACTOR,
            ~exists().where(Factor.user_id == Session.user_id, Factor.type == "totp", Factor.confirmed_at.is_not(None)),
        ),
    )
    .values(authenticated_at=bindparam("now"))
    .returning(Session.id),
    int,
)
DELETE_SESSION = statement(delete(Session).where(Session.id == bindparam("session_id")).returning(Session.user_id), int)
