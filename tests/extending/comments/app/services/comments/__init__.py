"""Rules of comments: visible with their post; their author and administrators may delete them."""

from __future__ import annotations

import dataclasses
import functools

from accord.runtime import Encoded
from app.call import Principal
from app.core.database import Database, Transaction, retry_on_conflict
from app.core.errors import ConstraintViolation
from app.resources import Resources
from app.schemas.models import CommentCreate
from app.schemas.problems import Forbidden, NotFound
from app.schemas.rows import CommentListRow, CommentRow
from app.services import idempotency, posts
from app.services.comments.queries import COMMENTS_OF_POST, DELETE_COMMENT, INSERT_COMMENT, SELECT_COMMENT
from app.services.idempotency import Creation, Record, run_once
from app.services.shared.pages import load_page

CREATION = Creation(
    "createComment", CommentRow, lambda database, comment_id: database.one(SELECT_COMMENT, comment_id=comment_id)
)


async def get(database: Database, principal: Principal | None, comment_id: int) -> CommentRow:
    """One comment; two statements, with the one for its post. Raises `NotFound`, also if the post is not visible."""
    comment = await database.one(SELECT_COMMENT, comment_id=comment_id)
    if comment is None:
        raise _not_found(comment_id)
    try:
        await posts.get(database, principal, comment.post_id)
    except NotFound:
        raise _not_found(comment_id) from None
    return comment


async def list_by_post(
    database: Database, principal: Principal | None, post_id: int, number: int, size: int, cursor: str | None
) -> Encoded[CommentListRow]:
    """One page of a post's comments, oldest first. Runs the statements of `load_page`, and one for the post.

    Raises:
        NotFound: the post does not exist or is not visible to the principal.
        UnknownCursor: the cursor was not issued for this list.
    """
    await posts.get(database, principal, post_id)
    return Encoded.of(CommentListRow(*await load_page(database, COMMENTS_OF_POST, number, size, cursor, post_id=post_id)))


async def create(
    resources: Resources, principal: Principal, post_id: int, new: CommentCreate, idempotency_key: str | None = None
) -> CommentRow:
    """Create a comment of the principal; with an idempotency key only once.

    Raises:
        NotFound: the post does not exist or is not visible to the principal.
        IdempotencyKeyInUse, IdempotencyKeyReused: see `idempotency.run_once`.
    """
    await posts.get(resources.database, principal, post_id)
    creation = dataclasses.replace(CREATION, operation=f"createComment {post_id}")  # keys are per post
    request = idempotency.request(creation, idempotency_key, principal, new)
    return await run_once(resources, CREATION, request, functools.partial(_store, resources, principal, post_id, new))


async def delete(database: Database, principal: Principal, comment_id: int) -> None:
    """Delete a comment. Raises `NotFound`, and `Forbidden` for a comment of another user."""
    comment = await get(database, principal, comment_id)
    if not principal.is_admin and comment.author_id != principal.user_id:
        raise Forbidden("Only the author and administrators may delete a comment.")
    if await database.run(DELETE_COMMENT, comment_id=comment_id) == 0:
        raise _not_found(comment_id)


@retry_on_conflict
async def _store(
    resources: Resources, principal: Principal, post_id: int, new: CommentCreate, record: Record[CommentRow] | None
) -> CommentRow:
    async with resources.database.transaction() as transaction:
        comment = await _insert(transaction, resources, principal, post_id, new)
        if record is not None:
            await record(transaction, comment)
    return comment


async def _insert(
    transaction: Transaction, resources: Resources, principal: Principal, post_id: int, new: CommentCreate
) -> CommentRow:
    try:
        comment = await transaction.one(
            INSERT_COMMENT, post_id=post_id, author_id=principal.user_id, content=new.content, created_at=resources.now()
        )
    except ConstraintViolation:  # the post or the account was just deleted
        raise NotFound(f"There is no post {post_id}.") from None
    if comment is None:
        raise RuntimeError("an insert without a conflict clause returned no row")
    return comment


def _not_found(comment_id: int) -> NotFound:
    return NotFound(f"There is no comment {comment_id}.")
