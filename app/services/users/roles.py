"""Rules of roles: administrators give and take them, and at least one stays."""

from __future__ import annotations

from app.call import Origin, Principal, Role
from app.core.database import retry_on_conflict
from app.resources import Resources
from app.schemas.rows import UserRow
from app.services import audit, profiles
from app.services.audit import Details
from app.services.sessions.queries import DELETE_SESSIONS_OF_USER
from app.services.shared.preconditions import matching_versions
from app.services.users import has_changed, lock_for_removal
from app.services.users.queries import update_user
from app.services.webhooks import events


async def set_role(
    resources: Resources, principal: Principal, user_id: int, role: Role, if_match: str | None, origin: Origin | None = None
) -> UserRow:
    """Set the role of a user and end their sessions.

    Raises:
        NotFound, PreconditionFailed, LastAdmin: nothing was changed.
    """
    try:
        return await _set_role(resources, principal, user_id, role, matching_versions(if_match), origin)
    finally:  # even if the outcome of the write is unknown
        await resources.cache.drop(profiles.CACHE_TOPIC)


@retry_on_conflict
async def _set_role(
    resources: Resources,
    principal: Principal,
    user_id: int,
    role: Role,
    versions: frozenset[int] | None,
    origin: Origin | None,
) -> UserRow:
    async with resources.database.transaction() as transaction:
        await lock_for_removal(transaction, user_id, versions, stays_admin=role == "admin")
        user = await transaction.one(update_user(frozenset({"role"}), seen=False), user_id=user_id, new_role=role)
        if user is None:
            raise has_changed()
        await transaction.run(DELETE_SESSIONS_OF_USER, user_id=user_id)
        actor, details = principal.user_id, Details(role=role)
        await audit.record(
            transaction,
            audit.event("user.role-changed", resources.now(), origin, actor=actor, subject=user_id, details=details),
        )
        await events.emit(transaction, resources, "user.updated", user)
    return user
