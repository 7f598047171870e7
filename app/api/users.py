"""Handlers tagged `users`."""

from app.call import InSession, OptionallyInSession, Role, SignedIn
from app.schemas.models import PendingUser, RoleChange, UserCreate, UserUpdate
from app.schemas.operations import (
    CreateUser,
    DeleteUser,
    ExportUserData,
    GetCurrentUser,
    GetUser,
    ListUsers,
    SetUserRole,
    UpdateUser,
)
from app.services import exports, users
from app.services.shared.preconditions import etag
from app.services.users.list_queries import Sort, UserFilters
from app.services.users.roles import set_role
from app.services.users.sign_up import sign_up


@ListUsers
async def list_users(
    call: SignedIn,
    page: int,
    page_size: int,
    cursor: str | None,
    role: Role | None,
    is_active: bool | None,
    created_after: str | None,
    created_before: str | None,
    q: str | None,
    sort: Sort | None,
) -> ListUsers.OK:
    filters = UserFilters(role, is_active, created_after, created_before, q, sort)
    return ListUsers.OK(await users.list(call.replica, page, page_size, cursor, filters))


@CreateUser
async def create_user(
    call: OptionallyInSession, idempotency_key: str | None, body: UserCreate
) -> CreateUser.Created | CreateUser.Accepted:
    user = await sign_up(call.resources, call.principal, body, idempotency_key, call.client, call.origin)
    if user is None:
        return CreateUser.Accepted(PendingUser(email=body.email))
    return CreateUser.Created(user, location=GetUser.path(user_id=user.id), etag=etag(user.version))


@GetCurrentUser
async def get_current_user(call: SignedIn) -> GetCurrentUser.OK:
    user = await users.get_current(call.replica, call.principal)
    return GetCurrentUser.OK(user, etag=etag(user.version))


@GetUser
async def get_user(call: SignedIn, user_id: int) -> GetUser.OK:
    user = await users.get(call.replica, call.principal, user_id)
    return GetUser.OK(user, etag=etag(user.version))


@UpdateUser
async def update_user(call: SignedIn, user_id: int, if_match: str | None, body: UserUpdate) -> UpdateUser.OK:
    user = await users.update(call.resources, call.principal, user_id, body, if_match, call.origin)
    return UpdateUser.OK(user, etag=etag(user.version))


@SetUserRole
async def set_user_role(call: SignedIn, user_id: int, if_match: str | None, body: RoleChange) -> SetUserRole.OK:
    user = await set_role(call.resources, call.principal, user_id, body.role, if_match, call.origin)
    return SetUserRole.OK(user, etag=etag(user.version))


@DeleteUser
async def delete_user(call: SignedIn, user_id: int, if_match: str | None) -> DeleteUser.NoContent:
    await users.delete(call.resources, call.principal, user_id, if_match, call.origin)
    return DeleteUser.NoContent()


@ExportUserData
async def export_user_data(call: InSession, user_id: int) -> ExportUserData.OK:
    return ExportUserData.OK(await exports.export(call.resources, call.principal, user_id, call.origin))
