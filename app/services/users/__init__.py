"""Rules of users: who may see and change whom, and at least one administrator. How they are created: `creation.py`."""

from __future__ import annotations

from app.call import Origin, Principal
from app.core.database import Database, Transaction, retry_on_conflict
from app.core.database.statements import Insertion, Statement
from app.models.audit import AuditEventType
from app.resources import Resources
from app.schemas.models import UserUpdate
from app.schemas.problems import (
    Forbidden,
    LastAdmin,
    NotFound,
    PreconditionFailed,
    Unauthorized,
)
from app.schemas.rows import DeletedRow, UserListRow, UserRow
from app.services import audit, mails, posts, profiles, sign_ups
from app.services.audit import Details
from app.services.sessions.queries import DELETE_SESSIONS_OF_USER
from app.services.shared.pages import load_page
from app.services.shared.preconditions import matching_versions
from app.services.users.creation import search_key
from app.services.users.list_queries import UserFilters, users_listing
from app.services.users.queries import (
    DELETE_USER,
    LOCK_USER_AND_ADMINS,
    SELECT_ADMIN,
    SELECT_USER,
    update_user,
)
from app.services.webhooks import events

# The type of audit event of an update, by `is_active`.
_UPDATES: dict[bool | None, AuditEventType] = {None: "user.updated", True: "user.reactivated", False: "user.deactivated"}


async def get(database: Database, principal: Principal, user_id: int) -> UserRow:
    """One user. Raises `Forbidden`, `NotFound`."""
    _require_self_or_admin(principal, user_id)
    return await _get(database, user_id)


async def _get(database: Database, user_id: int) -> UserRow:
    user = await database.one(SELECT_USER, user_id=user_id)
    if user is None:
        raise _not_found(user_id)
    return user


async def get_current(database: Database, principal: Principal) -> UserRow:
    """The principal's own account. Raises `Unauthorized` if it was just deleted."""
    user = await database.one(SELECT_USER, user_id=principal.user_id)
    if user is None:
        raise Unauthorized("The account no longer exists.")
    return user


async def get_admin(database: Database, username: str | None) -> int:
    """The id of the active administrator with this username, or of the first one. Raises `NotFound`."""
    user_id = await database.one(SELECT_ADMIN, username_key=username.lower() if username is not None else None)
    if user_id is None:
        raise NotFound("There is no such administrator.")
    return user_id


async def list(database: Database, number: int, size: int, cursor: str | None, filters: UserFilters) -> UserListRow:
    """One page of users. Runs the statements of `load_page`. Raises `UnknownCursor`."""
    page = await load_page(database, users_listing(filters.shape), number, size, cursor, **filters.parameters)
    return UserListRow(*page)


async def update(
    resources: Resources,
    principal: Principal,
    user_id: int,
    changes: UserUpdate,
    if_match: str | None,
    origin: Origin | None = None,
) -> UserRow:
    """Change the fields that were sent. Deactivating a user ends their sessions.

    What an administrator does is an audit event; what users change about themselves is not.

    Raises:
        Forbidden: another user's account, or `is_active` sent by a user who is not an administrator.
        NotFound, PreconditionFailed, LastAdmin: nothing was changed.
    """
    _require_self_or_admin(principal, user_id)
    fields = changes.model_dump()  # without the fields that were not sent
    if "is_active" in fields and not principal.is_admin:
        raise Forbidden("Only administrators may set is_active.")
    sent = sorted(fields)
    if "full_name" in fields:
        fields["full_name_key"] = search_key(fields["full_name"])
    versions = matching_versions(if_match)
    seen = await _expected_version(resources.database, user_id, versions)
    statement = update_user(frozenset(fields), seen=seen is not None)
    values: dict[str, object] = {"user_id": user_id, **{f"new_{field}": value for field, value in fields.items()}}
    if seen is not None:
        values["seen"] = seen
    if principal.user_id == user_id and "is_active" not in fields:
        recorded = None
    else:
        event, details = _UPDATES[fields.get("is_active")], Details(fields=sent)
        recorded = audit.event(event, resources.now(), origin, actor=principal.user_id, subject=user_id, details=details)
    try:
        if recorded is not None and fields.get("is_active") is False:
            user = await _deactivate(resources, user_id, versions, statement, values, recorded)
        else:
            user = await events.write(resources, "user.updated", statement, values, recorded)
    finally:
        await resources.cache.drop(
            profiles.CACHE_TOPIC, *([posts.author_cache_topic(user_id)] if "is_active" in fields else [])
        )
    if user is None:
        await _get(resources.database, user_id)
        raise has_changed()
    return user


@retry_on_conflict
async def _deactivate(
    resources: Resources,
    user_id: int,
    versions: frozenset[int] | None,
    statement: Statement[UserRow],
    values: dict[str, object],
    recorded: Insertion,
) -> UserRow | None:
    async with resources.database.transaction() as transaction:
        await lock_for_removal(transaction, user_id, versions)
        user = await transaction.one_with(statement, values, recorded)
        if user is not None:  # None if the version changed after it was selected
            await transaction.run(DELETE_SESSIONS_OF_USER, user_id=user_id)
            await events.emit(transaction, resources, "user.updated", user)
    return user


async def delete(
    resources: Resources, principal: Principal, user_id: int, if_match: str | None, origin: Origin | None = None
) -> None:
    """Delete a user with all that is theirs, mails and sign-ups, data for webhooks, and what is personal in audit events.

    What stays is listed in docs/personal-data.md.

    Raises:
        Forbidden: another user's account.
        NotFound, PreconditionFailed, LastAdmin: nothing was deleted.
    """
    _require_self_or_admin(principal, user_id)
    try:
        await _delete(resources, principal, user_id, matching_versions(if_match), origin)
    finally:
        await resources.cache.drop(profiles.CACHE_TOPIC, posts.CACHE_TOPIC, posts.author_cache_topic(user_id))


@retry_on_conflict
async def _delete(
    resources: Resources, principal: Principal, user_id: int, versions: frozenset[int] | None, origin: Origin | None
) -> None:
    async with resources.database.transaction() as transaction:
        await lock_for_removal(transaction, user_id, versions)
        email = await transaction.one(DELETE_USER, user_id=user_id)
        if email is not None:
            await mails.delete_queued(transaction, user_id, email)
            await sign_ups.delete_all(transaction, email)
        await events.delete_of_user(transaction, user_id)
        now = resources.now()
        await audit.record(transaction, audit.event("user.deleted", now, origin, actor=principal.user_id, subject=user_id))
        await audit.pseudonymise(transaction, user_id)
        await events.emit(transaction, resources, "user.deleted", DeletedRow(user_id))


async def lock_for_removal(
    transaction: Transaction, user_id: int, versions: frozenset[int] | None, *, stays_admin: bool = False
) -> None:
    """Lock a user who may stop being an active administrator; if they are one, all administrators.

    Raises:
        NotFound: the user does not exist.
        PreconditionFailed: the user has none of these versions.
        LastAdmin: no active administrator would be left.
    """
    locked = await transaction.all(LOCK_USER_AND_ADMINS, user_id=user_id)
    user = next((row for row in locked if row.id == user_id), None)
    if user is None:
        raise _not_found(user_id)
    if versions is not None and user.version not in versions:
        raise has_changed()
    if not stays_admin and user.is_active_admin and not any(row.is_active_admin for row in locked if row.id != user_id):
        raise LastAdmin("The last active administrator cannot be demoted, deactivated or deleted.")


def _require_self_or_admin(principal: Principal, user_id: int) -> None:
    """Users may manage their own account, administrators any account. Checked before the database is read."""
    if principal.user_id != user_id and not principal.is_admin:
        raise Forbidden("Only administrators may see or change other users.")


async def _expected_version(database: Database, user_id: int, versions: frozenset[int] | None) -> int | None:
    """The version that an update may change: of several, the current one. None: any version."""
    if versions is None:
        return None
    if len(versions) == 1:
        return next(iter(versions))
    current = (await _get(database, user_id)).version
    return current if current in versions else 0  # matches no row


def _not_found(user_id: int) -> NotFound:
    return NotFound(f"There is no user {user_id}.")


def has_changed() -> PreconditionFailed:
    """The problem of a user who has none of the expected versions."""
    return PreconditionFailed("The user has changed; read it again.")
