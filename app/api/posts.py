"""Handlers tagged `posts`."""

from app.call import OptionallySignedIn, Public, SignedIn
from app.schemas.models import PostCreate, PostUpdate
from app.schemas.operations import CreatePost, DeletePost, GetPost, ListPosts, ListUserPosts, UpdatePost
from app.services import posts
from app.services.shared.preconditions import etag


@ListPosts
async def list_posts(call: Public, page: int, page_size: int, cursor: str | None) -> ListPosts.OK:
    found = await posts.list(call.resources, page, page_size, cursor)
    return ListPosts.OK(found, etag=found.etag)


@ListUserPosts
async def list_user_posts(
    call: OptionallySignedIn, user_id: int, page: int, page_size: int, cursor: str | None
) -> ListUserPosts.OK:
    found = await posts.list_by_author(call.resources, call.principal, user_id, page, page_size, cursor)
    return ListUserPosts.OK(found, etag=found.etag)


@CreatePost
async def create_post(call: SignedIn, idempotency_key: str | None, body: PostCreate) -> CreatePost.Created:
    post = await posts.create(call.resources, call.principal, body, idempotency_key)
    return CreatePost.Created(post, location=GetPost.path(post_id=post.id), etag=etag(post.version))


@GetPost
async def get_post(call: OptionallySignedIn, post_id: int) -> GetPost.OK:
    post = await posts.get(call.replica, call.principal, post_id)
    return GetPost.OK(post, etag=etag(post.version))


@UpdatePost
async def update_post(call: SignedIn, post_id: int, if_match: str | None, body: PostUpdate) -> UpdatePost.OK:
    post = await posts.update(call.resources, call.principal, post_id, body, if_match, call.origin)
    return UpdatePost.OK(post, etag=etag(post.version))


@DeletePost
async def delete_post(call: SignedIn, post_id: int, if_match: str | None) -> DeletePost.NoContent:
    await posts.delete(call.resources, call.principal, post_id, if_match, call.origin)
    return DeletePost.NoContent()
