"""Rules of comments: they are seen with their post; their author and administrators may delete them."""

from __future__ import annotations

import dataclasses
import functools

from app.call import Principal
from app.core.database import Database, Transaction, retry_on_conflict
from accord.runtime import Encoded
from app.core.errors import ConstraintViolation
from app.resources import Resources
from app.core.database import retried
from app.core.database.statements import Refused
from app.schemas.models import CommentCreate
from app.schemas.problems import Forbidden, NotFound
from app.schemas.rows import CommentListRow, CommentRow
from app.services import idempotency, posts
from app.services.comments_queries import COMMENTS_OF_POST, DELETE_COMMENT, INSERT_COMMENT, SELECT_COMMENT
from app.services.idempotency import Creation, Record, run_once
from app.services.pages import load_page

CREATION = Creation(
    "createComment", CommentRow, lambda database, comment_id: database.one(SELECT_COMMENT, comment_id=comment_id)
)


async def get(database: Database, principal: Principal | None, comment_id: int) -> CommentRow:
    """One comment, with the statement that asks for its post. Raises `NotFound`, also where the post is not shown."""
    comment = await database.one(SELECT_COMMENT, comment_id=comment_id)
    if comment is None:
        raise _not_found(comment_id)
    try:
        await posts.get(database, principal, comment.post_id)
    except NotFound:
        raise _not_found(comment_id) from None
    return comment


async def list_of_post(
    database: Database, principal: Principal | None, post_id: int, number: int, size: int, cursor: str | None
) -> Encoded[CommentListRow]:
    """One page of a post's comments, oldest first: the statements of `page`, and one that asks for the post.

    Raises:
        NotFound: there is no such post, or it is not shown to the principal.
        UnknownCursor: the cursor was not issued for this list.
    """
    await posts.get(database, principal, post_id)
    return Encoded.of(CommentListRow(*await load_page(database, COMMENTS_OF_POST, number, size, cursor, post_id=post_id)))


async def create(
    resources: Resources, principal: Principal, post_id: int, new: CommentCreate, idempotency_key: str | None = None
) -> CommentRow:
    """Store a comment of the principal and return it; with a key only once.

    Raises:
        NotFound: there is no such post, or it is not shown to the principal.
        IdempotencyKeyInUse, IdempotencyKeyReused: see `idempotency.run_once`.
    """
    await posts.get(resources.database, principal, post_id)
    creation = dataclasses.replace(CREATION, operation=f"createComment {post_id}")  # elsewhere the key names another comment
    request = idempotency.request(creation, idempotency_key, principal, new)
    return await run_once(resources, CREATION, request, functools.partial(_store, resources, principal, post_id, new))


async def delete(database: Database, principal: Principal, comment_id: int) -> None:
    """Remove a comment. Raises `NotFound`, and `Forbidden` for a comment of somebody else."""
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
    except ConstraintViolation:  # the post or the account was deleted a moment ago
        raise NotFound(f"There is no post {post_id}.") from None
    if comment is None:
        raise RuntimeError("an insert without a conflict clause returned no row")
    return comment


def _not_found(comment_id: int) -> NotFound:
    return NotFound(f"There is no comment {comment_id}.")
