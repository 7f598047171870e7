"""Rules of users: who may see and change whom, names are taken once, one administrator stays."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from pydantic import MISSING

from app.call import Principal
from app.core.config import Settings
from app.core.database import Database, Transaction, retry_on_conflict
from app.core.database.statements import Statement
from app.core.errors import ConstraintViolation
from app.core.errors import DisallowedCharacters as Disallowed
from app.core.security.password_strength import is_weak
from app.core.security.passwords import DEMO_PASSWORD, prepare
from app.resources import Resources
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
from app.services.preconditions import versions as seen_versions
from app.services.users_queries import (
    DELETE_SESSIONS_OF_USER,
    DELETE_USER,
    INSERT_USER,
    LOCK_USER_AND_ADMINS,
    SELECT_ADMIN,
    SELECT_PASSWORD_HASH,
    SELECT_PROFILE,
    SELECT_USER,
    update_user,
)

Role = Literal["user", "admin"]

# What the constraints that refuse a new user are about.
NAMES = {"uq_users_email_key": "email", "uq_users_username_key": "username"}
PROFILES = "profiles"  # the cache's topic of the list of profiles


async def _has_password(resources: Resources, user_id: int, secrets: Secrets) -> bool:
    """Whether the user has the password of a repeated sign-up; one who is gone has whatever is sent."""
    stored = await resources.database.one(SELECT_PASSWORD_HASH, user_id=user_id)
    return stored is None or await resources.passwords.verify(stored, secrets["password"])


CREATION = Creation(
    "createUser",
    UserRow,
    lambda database, user_id: database.one(SELECT_USER, user_id=user_id),
    secrets=frozenset({"password"}),
    matches=_has_password,
)


async def get(database: Database, user_id: int) -> UserRow:
    """One user. Raises `NotFound`."""
    user = await database.one(SELECT_USER, user_id=user_id)
    if user is None:
        raise _no_user(user_id)
    return user


async def get_as(database: Database, principal: Principal, user_id: int) -> UserRow:
    """One user, as the principal may see them. Raises `Forbidden`, `NotFound`."""
    _may_manage(principal, user_id)
    return await get(database, user_id)


async def get_own(database: Database, principal: Principal) -> UserRow:
    """The principal's own account. Raises `Unauthorized`: it was deleted a moment ago."""
    user = await database.one(SELECT_USER, user_id=principal.user_id)
    if user is None:
        raise Unauthorized("The account is gone.")
    return user


async def find_admin(database: Database, username: str | None) -> int:
    """The id of an active administrator: of that name, or the first. Raises `NotFound`."""
    found = await database.one(SELECT_ADMIN, username_key=username.lower() if username is not None else None)
    if found is None:
        raise NotFound("There is no such administrator.")
    return found


async def get_profile(database: Database, user_id: int) -> UserProfileRow:
    """The public side of one active user. Raises `NotFound`."""
    profile = await database.one(SELECT_PROFILE, user_id=user_id)
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
    known = password == DEMO_PASSWORD and settings.env != "development"
    if known or is_weak(password, (new.username, name), others):
        raise WeakPassword("The password is too easy to guess; choose another one.")


@retry_on_conflict
async def _store(resources: Resources, new: UserCreate, role: Role, password_hash: str, keep: Keep[UserRow] | None) -> UserRow:
    created_at: datetime = resources.now()
    full_name = None if new.full_name is MISSING else new.full_name
    async with resources.database.transaction() as transaction:
        try:
            user = await transaction.one(
                INSERT_USER,
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
        except ConstraintViolation as refused:
            raise AlreadyRegistered(f"Another user has this {NAMES[refused.constraint]}.") from None
        if user is None:
            raise RuntimeError("an insert without a conflict clause returned no row")
        if role == "user":  # administrators are made on the command line
            await mails.welcome(transaction, resources, user)
        if keep is not None:
            await keep(transaction, user)
    resources.added.set()
    return user


async def update(
    resources: Resources, principal: Principal, user_id: int, changes: UserUpdate, if_match: str | None
) -> UserRow:
    """Change what was sent, and only that; deactivating ends the user's sessions.

    Raises:
        Forbidden: somebody else's account, or `is_active` without being an administrator.
        NotFound, PreconditionFailed, LastAdmin: nothing is changed then.
    """
    _may_manage(principal, user_id)
    fields = changes.model_dump()  # what was not sent is not in it
    if "is_active" in fields and not principal.is_admin:
        raise Forbidden("Only administrators may set is_active.")
    if "full_name" in fields:
        fields["full_name_key"] = search_key(fields["full_name"])
    versions = seen_versions(if_match)
    seen = await _one_of(resources.database, user_id, versions)
    statement = update_user(frozenset(fields), seen=seen is not None)
    values: dict[str, object] = {"user_id": user_id, **{f"new_{field}": value for field, value in fields.items()}}
    if seen is not None:
        values["seen"] = seen
    try:
        if fields.get("is_active") is False:
            user = await _deactivate(resources.database, user_id, versions, statement, values)
        else:
            user = await resources.database.one(statement, **values)
    finally:
        await resources.cache.drop(PROFILES, *([posts.of_author(user_id)] if "is_active" in fields else []))
    if user is None:
        await get(resources.database, user_id)
        raise _changed()
    return user


@retry_on_conflict
async def _deactivate(
    database: Database,
    user_id: int,
    versions: frozenset[int] | None,
    statement: Statement[UserRow],
    values: dict[str, object],
) -> UserRow | None:
    async with database.transaction() as transaction:
        await _lock(transaction, user_id, versions)
        user = await transaction.one(statement, **values)
        if user is not None:  # of several versions that may be met, another one may have come since
            await transaction.run(DELETE_SESSIONS_OF_USER, user_id=user_id)
    return user


async def delete(resources: Resources, principal: Principal, user_id: int, if_match: str | None) -> None:
    """Remove a user with posts and sessions, at once and for good.

    Raises:
        Forbidden: somebody else's account.
        NotFound, PreconditionFailed, LastAdmin: nothing is removed then.
    """
    _may_manage(principal, user_id)
    try:
        await _delete(resources.database, user_id, seen_versions(if_match))
    finally:
        await resources.cache.drop(PROFILES, posts.PUBLIC, posts.of_author(user_id))


@retry_on_conflict
async def _delete(database: Database, user_id: int, versions: frozenset[int] | None) -> None:
    async with database.transaction() as transaction:
        await _lock(transaction, user_id, versions)
        await transaction.run(DELETE_USER, user_id=user_id)


async def _lock(transaction: Transaction, user_id: int, versions: frozenset[int] | None) -> None:
    """Lock a user who is about to be removed or deactivated, and all administrators if this is one of them.

    Raises:
        NotFound: there is no such user.
        PreconditionFailed: the user has another version than those.
        LastAdmin: no other active administrator would be left.
    """
    locked = await transaction.all(LOCK_USER_AND_ADMINS, user_id=user_id)
    user = next((row for row in locked if row.id == user_id), None)
    if user is None:
        raise _no_user(user_id)
    if versions is not None and user.version not in versions:
        raise _changed()
    if user.is_active_admin and not any(row.is_active_admin for row in locked if row.id != user_id):
        raise LastAdmin("The last active administrator cannot be deactivated or deleted.")


def search_key(text: str | None) -> str | None:
    """A text without regard to case, as the search compares it."""
    return None if text is None else text.casefold()


def _may_manage(principal: Principal, user_id: int) -> None:
    """Yourself, or everybody for administrators; told before anything is looked up."""
    if principal.user_id != user_id and not principal.is_admin:
        raise Forbidden("Only administrators may see or change other users.")


async def _one_of(database: Database, user_id: int, versions: frozenset[int] | None) -> int | None:
    """The version that a statement may change: of several the current one. None: any."""
    if versions is None:
        return None
    if len(versions) == 1:
        return next(iter(versions))
    current = (await get(database, user_id)).version
    return current if current in versions else 0  # no row has version 0


def _no_user(user_id: int) -> NotFound:
    return NotFound(f"There is no user {user_id}.")


def _changed() -> PreconditionFailed:
    return PreconditionFailed("The user has changed since; read it again.")
