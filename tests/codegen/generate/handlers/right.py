# ruff: noqa: ARG001 - handlers take every argument of their operation, used or not
"""Handlers that fit: none of these lines is an error."""

from app.call import OptionallyInSession, OptionallySignedIn, Public, SignedIn
from app.schemas import models, operations, rows
from app.schemas.operations import CreateUser, DeleteUser, GetHealth, GetUser, ListPosts, ListUserPosts, UpdateUser


@GetHealth
async def get_health(call: Public) -> GetHealth.OK:
    return GetHealth.OK(models.Health(status="healthy"))


@GetUser
async def get_user(call: SignedIn, user_id: int) -> GetUser.OK:
    if call.principal.user_id != user_id:
        raise GetUser.NotFound(f"There is no user {user_id}.")
    return GetUser.OK(stored(user_id), etag='"1"')


@CreateUser
async def create_user(call: OptionallyInSession, idempotency_key: str | None, body: models.UserCreate) -> CreateUser.Created:
    user = stored(len(body.email))
    return CreateUser.Created(user, etag='"1"', location=GetUser.path(user_id=user.id))


@UpdateUser
async def update_user(call: SignedIn, user_id: int, if_match: str | None, body: models.UserUpdate) -> UpdateUser.OK:
    if if_match == "*":
        raise UpdateUser.PreconditionFailed("The user has changed.")
    return UpdateUser.OK(stored(user_id), etag=str(body.full_name))


@DeleteUser
async def delete_user(call: SignedIn, if_match: str | None, user_id: int) -> DeleteUser.NoContent:
    return DeleteUser.NoContent()


@ListUserPosts
async def list_user_posts(
    call: OptionallySignedIn, user_id: int, page: int, page_size: int, cursor: str | None
) -> ListUserPosts.OK:
    signed_in = call.principal is not None
    return ListUserPosts.OK(rows.PostListRow([], int(signed_in), page, page_size, cursor), etag=str(user_id))


@ListPosts
async def list_posts(call: Public | SignedIn, page: int, page_size: int, cursor: str | None) -> ListPosts.OK:
    found = rows.PostListRow(posts=[], total=0, page=page, page_size=page_size, next_cursor=None)
    return ListPosts.OK(found, etag='"1"')


async def cached(call: Public, user_id: int) -> GetUser.OK:
    async def make() -> rows.UserRow:
        return stored(user_id)

    found = await call.resources.cache.get("users", str(user_id), make)
    return GetUser.OK(found, etag=found.etag)


def stored(user_id: int) -> rows.UserRow:
    raise NotImplementedError


def health(module: operations.HealthHandlers) -> operations.GetReadiness:
    return module.get_readiness
