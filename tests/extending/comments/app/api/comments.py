"""Handlers tagged `comments`."""

from app.call import OptionallySignedIn, SignedIn
from app.schemas.models import CommentCreate
from app.schemas.operations import CreateComment, DeleteComment, GetComment, ListPostComments
from app.services import comments
from app.services.shared.preconditions import etag


@ListPostComments
async def list_post_comments(
    call: OptionallySignedIn, post_id: int, page: int, page_size: int, cursor: str | None
) -> ListPostComments.OK:
    found = await comments.list_by_post(call.replica, call.principal, post_id, page, page_size, cursor)
    return ListPostComments.OK(found, etag=found.etag)


@CreateComment
async def create_comment(
    call: SignedIn, post_id: int, idempotency_key: str | None, body: CommentCreate
) -> CreateComment.Created:
    comment = await comments.create(call.resources, call.principal, post_id, body, idempotency_key)
    return CreateComment.Created(comment, location=GetComment.path(comment_id=comment.id), etag=etag(comment.version))


@GetComment
async def get_comment(call: OptionallySignedIn, comment_id: int) -> GetComment.OK:
    comment = await comments.get(call.replica, call.principal, comment_id)
    return GetComment.OK(comment, etag=etag(comment.version))


@DeleteComment
async def delete_comment(call: SignedIn, comment_id: int) -> DeleteComment.NoContent:
    await comments.delete(call.database, call.principal, comment_id)
    return DeleteComment.NoContent()
