"""Rules of users: who may see and change whom, names are taken once, one administrator stays."""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from pydantic import MISSING
from sqlalchemy import ColumnElement, String, and_, bindparam, delete, func, not_, or_, select, true, update

from app.core.call import Principal, Resources
from app.core.config import Settings
from app.core.database import Database, retried
from app.core.guessing import weak
from app.core.passwords import DEMO, prepare
from app.core.passwords import DisallowedCharacters as Disallowed
from app.core.statements import Refused, Statement, command, insert, lookup, statement
from app.models import Session, User
from app.schemas.models import UserCreate, UserUpdate
from app.schemas.problems import (
    AlreadyRegistered,
    DisallowedCharacters,
    Forbidden,
    LastAdmin,
    NotFound,
    PreconditionFailed,
    Unauthorized,
    WeakPassword,
)
from app.schemas.rows import UserProfileRow, UserRow
from app.services import idempotency, mails, posts
from app.services.idempotency import Creation, Keep, Secrets, once
from app.services.limits import count
from app.services.preconditions import versions

COLUMNS = (
    User.id,
    User.email,
    User.username,
    User.full_name,
    User.bio,
    User.role,
    User.is_active,
    User.created_at,
    User.version,
)
PROFILE = (User.id, User.username, User.full_name, User.bio, User.created_at, User.version)

Role = Literal["user", "admin"]

_THIS = User.id == bindparam("user_id")

GET = lookup(select(*COLUMNS), UserRow, user_id=User.id)
INSERT = statement(
    insert(User)
    .values(
        email=bindparam("email"),
        email_key=bindparam("email_key"),
        username=bindparam("username"),
        username_key=bindparam("username_key"),
        password_hash=bindparam("password_hash"),
        full_name=bindparam("full_name"),
        full_name_key=bindparam("full_name_key"),
        role=bindparam("role"),
        is_active=true(),
        created_at=bindparam("created_at"),
        version=1,
    )
    .returning(*COLUMNS),
    UserRow,
)
# What the constraints that refuse a new user are about.
NAMES = {"uq_users_email_key": "email", "uq_users_username_key": "username"}
PASSWORD_HASH = lookup(select(User.password_hash), str, user_id=User.id)


async def _has_password(resources: Resources, user_id: int, secrets: Secrets) -> bool:
    """Whether the user has the password of a repeated sign-up; one who is gone has whatever is sent."""
    stored = await resources.database.one(PASSWORD_HASH, user_id=user_id)
    return stored is None or await resources.passwords.verify(stored, secrets["password"])


CREATION = Creation(
    "createUser",
    UserRow,
    lambda database, user_id: database.one(GET, user_id=user_id),
    secrets=frozenset({"password"}),
    matches=_has_password,
)
END_SESSIONS = command(delete(Session).where(Session.user_id == bindparam("user_id")))
ADMIN = statement(
    select(User.id)
    .where(
        User.role == "admin",
        User.is_active,
        or_(bindparam("username_key", type_=String()).is_(None), User.username_key == bindparam("username_key")),
    )
    .order_by(User.id)
    .limit(1),
    int,
)

GET_PROFILE = lookup(select(*PROFILE).where(User.is_active), UserProfileRow, user_id=User.id)


_IS_ADMIN = and_(User.role == "admin", User.is_active)
Spared = Literal["every administrator", "the last administrator"]
_SPARED: dict[Spared, ColumnElement[bool]] = {
    "every administrator": _IS_ADMIN,
    "the last administrator": and_(_IS_ADMIN, select(func.count()).select_from(User).where(_IS_ADMIN).scalar_subquery() <= 1),
}
# Who removes an administrator waits here for others who do, and counts afterwards: each would still see the other one. What
# only refers to administrators, as their posts do, is not kept waiting.
LOCK_ADMINS = statement(select(User.id).where(_IS_ADMIN).order_by(User.id).with_for_update(key_share=True), int)
PROFILES = "profiles"  # the cache's topic of the list of profiles


@functools.lru_cache(maxsize=32)
def _update(fields: frozenset[str], spared: Spared | None, *, seen: bool) -> Statement[UserRow]:
    core = update(User).where(_THIS).values({field: bindparam(f"new_{field}") for field in sorted(fields)})
    core = core.values(version=User.version + 1)
    if seen:
        core = core.where(User.version == bindparam("seen"))
    if spared is not None:
        core = core.where(not_(_SPARED[spared]))
    return statement(core.returning(*COLUMNS), UserRow)


@functools.lru_cache(maxsize=4)
def _delete(spared: Spared, *, seen: bool) -> Statement[int]:
    core = delete(User).where(_THIS, not_(_SPARED[spared]))
    if seen:
        core = core.where(User.version == bindparam("seen"))
    return statement(core.returning(User.id), int)


async def get(database: Database, user_id: int) -> UserRow:
    """One user. Raises `NotFound`."""
    user = await database.one(GET, user_id=user_id)
    if user is None:
        raise NotFound(f"There is no user {user_id}.")
    return user


async def get_as(database: Database, principal: Principal, user_id: int) -> UserRow:
    """One user, as the principal may see them. Raises `Forbidden`, `NotFound`."""
    _may_manage(principal, user_id)
    return await get(database, user_id)


async def get_own(database: Database, principal: Principal) -> UserRow:
    """The principal's own account. Raises `Unauthorized`: it was deleted a moment ago."""
    user = await database.one(GET, user_id=principal.user_id)
    if user is None:
        raise Unauthorized("The account is gone.")
    return user


async def find_admin(database: Database, username: str | None) -> int:
    """The id of an active administrator: of that name, or the first. Raises `NotFound`."""
    found = await database.one(ADMIN, username_key=username.lower() if username is not None else None)
    if found is None:
        raise NotFound("There is no such administrator.")
    return found


async def get_profile(database: Database, user_id: int) -> UserProfileRow:
    """The public side of one active user. Raises `NotFound`."""
    profile = await database.one(GET_PROFILE, user_id=user_id)
    if profile is None:
        raise NotFound(f"There is no profile {user_id}.")
    return profile


async def create(
    resources: Resources,
    new: UserCreate,
    role: Role = "user",
    idempotency_key: str | None = None,
    address: Hashable | None = None,
) -> UserRow:
    """Store a new user, with a mail of welcome, and return it; with a key only once.

    Raises:
        TooManyRequests: too many sign-ups from this client address, which is counted if there is one, or mails to this mailbox.
        DisallowedCharacters, WeakPassword: before anything is hashed.
        AlreadyRegistered: decided by the unique constraints, so of two simultaneous requests exactly one wins.
        IdempotencyKeyInUse, IdempotencyKeyReused: see `idempotency.once`.
    """

    async def effect(keep: Keep[UserRow] | None) -> UserRow:
        _require_strong(resources.settings, new)
        if address is not None:
            await count(resources.sign_ups, address, "sign-ups from this address")
        return await _store(resources, new, role, await resources.passwords.hash(new.password), keep)

    request = idempotency.request(CREATION, idempotency_key, new.email.lower(), new)
    try:
        return await once(resources, CREATION, request, effect)
    finally:  # also after a write of which no answer came
        await resources.cache.drop(PROFILES)


def _require_strong(settings: Settings, new: UserCreate) -> None:
    try:
        password = prepare(new.password)
    except Disallowed:
        raise DisallowedCharacters("The password contains a control, invisible or unassigned character.") from None
    name, _, domain = new.email.partition("@")
    full_name = None if new.full_name is MISSING else new.full_name
    others = (domain, full_name or "", settings.mail_from, urlsplit(settings.public_url).hostname or "", "Accord")
    known = password == DEMO and settings.env != "development"
    if known or weak(password, (new.username, name), others):
        raise WeakPassword("The password is too easy to guess; choose another one.")


@retried
async def _store(resources: Resources, new: UserCreate, role: Role, password_hash: str, keep: Keep[UserRow] | None) -> UserRow:
    created_at: datetime = resources.now()
    full_name = None if new.full_name is MISSING else new.full_name
    async with resources.database.transaction() as transaction:
        try:
            user = await transaction.one(
                INSERT,
                email=new.email,
                email_key=new.email.lower(),
                username=new.username,
                username_key=new.username.lower(),
                password_hash=password_hash,
                full_name=full_name,
                full_name_key=search_key(full_name),
                role=role,
                created_at=created_at,
            )
        except Refused as refused:
            raise AlreadyRegistered(f"Another user has this {NAMES[refused.constraint]}.") from None
        if user is None:
            raise RuntimeError("an insert without a conflict clause returned no row")
        if role == "user":  # administrators are made on the command line
            await mails.welcome(transaction, resources, user)
        if keep is not None:
            await keep(transaction, user)
    resources.added.set()
    return user


async def update_user(
    resources: Resources, principal: Principal, user_id: int, changes: UserUpdate, if_match: str | None
) -> UserRow:
    """Change what was sent, and only that; deactivating ends the user's sessions.

    Raises:
        Forbidden: somebody else's account, or `is_active` without being an administrator.
        NotFound, PreconditionFailed, LastAdmin: decided by the statement, which does nothing then.
    """
    _may_manage(principal, user_id)
    fields = changes.model_dump()  # what was not sent is not in it
    if "is_active" in fields and not principal.is_admin:
        raise Forbidden("Only administrators may set is_active.")
    deactivates = fields.get("is_active") is False
    if "full_name" in fields:
        fields["full_name_key"] = search_key(fields["full_name"])
    seen = await _seen(resources.database, user_id, if_match)
    change = functools.partial(_update, frozenset(fields), seen=seen is not None)
    values: dict[str, object] = {"user_id": user_id, **{f"new_{field}": value for field, value in fields.items()}}
    if seen is not None:
        values["seen"] = seen
    try:
        if deactivates:
            user = await _deactivate(resources.database, change, values)
        else:
            user = await resources.database.one(change(None), **values)
    finally:
        await resources.cache.drop(PROFILES, *([posts.of_author(user_id)] if "is_active" in fields else []))
    if user is None:
        raise await _refusal(resources.database, user_id, seen)
    return user


@retried
async def _deactivate(
    database: Database, change: Callable[[Spared], Statement[UserRow]], values: dict[str, object]
) -> UserRow | None:
    async with database.transaction() as transaction:
        user = await transaction.one(change("every administrator"), **values)
        if user is None:
            await transaction.all(LOCK_ADMINS)
            user = await transaction.one(change("the last administrator"), **values)
        if user is not None:
            await transaction.run(END_SESSIONS, user_id=user.id)
    return user


async def delete_user(resources: Resources, principal: Principal, user_id: int, if_match: str | None) -> None:
    """Remove a user with posts and sessions, at once and for good.

    Raises:
        Forbidden: somebody else's account.
        NotFound, PreconditionFailed, LastAdmin: decided by the statement, which does nothing then.
    """
    _may_manage(principal, user_id)
    seen = await _seen(resources.database, user_id, if_match)
    try:
        removed = await _remove(resources.database, user_id, seen)
    finally:
        await resources.cache.drop(PROFILES, posts.PUBLIC, posts.of_author(user_id))
    if removed is None:
        raise await _refusal(resources.database, user_id, seen)


@retried
async def _remove(database: Database, user_id: int, seen: int | None) -> int | None:
    """One statement; for an administrator, whom that one spares, two more."""
    values = {"user_id": user_id, **({} if seen is None else {"seen": seen})}
    removed = await database.one(_delete("every administrator", seen=seen is not None), **values)
    if removed is not None:
        return removed
    async with database.transaction() as transaction:
        await transaction.all(LOCK_ADMINS)
        return await transaction.one(_delete("the last administrator", seen=seen is not None), **values)


def search_key(text: str | None) -> str | None:
    """A text without regard to case, as the search compares it."""
    return None if text is None else text.casefold()


def _may_manage(principal: Principal, user_id: int) -> None:
    """Yourself, or everybody for administrators; told before anything is looked up."""
    if principal.user_id != user_id and not principal.is_admin:
        raise Forbidden("Only administrators may see or change other users.")


async def _seen(database: Database, user_id: int, if_match: str | None) -> int | None:
    """The one version that the change may meet; None: any."""
    allowed = versions(if_match)
    if allowed is None:
        return None
    if len(allowed) == 1:
        return next(iter(allowed))
    current = (await get(database, user_id)).version
    return current if current in allowed else 0  # no row has version 0


async def _refusal(database: Database, user_id: int, seen: int | None) -> NotFound | PreconditionFailed | LastAdmin:
    """Why a statement found no row."""
    user = await database.one(GET, user_id=user_id)
    if user is None:
        return NotFound(f"There is no user {user_id}.")
    if seen is not None and user.version != seen:
        return PreconditionFailed("The user has changed since; read it again.")
    return LastAdmin("The last active administrator stays.")
