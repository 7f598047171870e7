"""Rules of posts: a draft is seen by its author and by administrators."""

from __future__ import annotations

import functools
from datetime import datetime

from accord.runtime import Encoded
from app.call import Principal
from app.core.database import Database, Transaction, retry_on_conflict
from app.core.errors import ConstraintViolation
from app.resources import Resources
from app.schemas.models import PostCreate
from app.schemas.problems import NotFound, Unauthorized
from app.schemas.rows import PostListRow, PostRow
from app.services import idempotency
from app.services.idempotency import Creation, Keep, once
from app.services.pages import Listing, page
from app.services.posts_queries import (
    ALL_OF_AUTHOR,
    INSERT_POST,
    PUBLISHED,
    PUBLISHED_OF_AUTHOR,
    SELECT_ACTIVE_AUTHOR,
    SELECT_AUTHOR,
    SELECT_POST,
)

CREATION = Creation("createPost", PostRow, lambda database, post_id: database.one(SELECT_POST, post_id=post_id))


PUBLIC = "posts"  # the cache's topic of the list of all


def of_author(author_id: int) -> str:
    """The cache's topic of a user's posts."""
    return f"posts of {author_id}"


def _sees_drafts(principal: Principal | None, author_id: int) -> bool:
    return principal is not None and (principal.is_admin or principal.user_id == author_id)


async def get(database: Database, principal: Principal | None, post_id: int) -> PostRow:
    """One post, as the principal may see it. Raises `NotFound`, also for a draft of somebody else."""
    post = await database.one(SELECT_POST, post_id=post_id)
    if post is None or not (post.is_published or _sees_drafts(principal, post.author_id)):
        raise NotFound(f"There is no post {post_id}.")
    return post


async def list_published(resources: Resources, number: int, size: int, cursor: str | None) -> Encoded[PostListRow]:
    """One page of published posts, newest first: the statements of `page`, none if cached. Raises `UnknownCursor`."""

    async def read() -> PostListRow:
        return PostListRow(*await page(resources.database, PUBLISHED, number, size, cursor))

    return await resources.cache.get(PUBLIC, f"{number} {size} {cursor}", read)


async def list_of_author(
    resources: Resources, principal: Principal | None, author_id: int, number: int, size: int, cursor: str | None
) -> Encoded[PostListRow]:
    """One page of a user's posts, newest first: the statements of `page`, and one for the user.

    For who sees drafts that one is run only if there are no posts. What everybody may see is cached. Raises:
        NotFound: there is no such user, or a stranger asks for one who is not active and so has no profile either.
        UnknownCursor: the cursor was not issued for this list.
    """

    async def read(found: Listing[PostRow]) -> PostListRow:
        return PostListRow(*await page(resources.database, found, number, size, cursor, author_id=author_id))

    async def published() -> PostListRow:
        if await resources.database.one(SELECT_ACTIVE_AUTHOR, author_id=author_id) is None:
            raise NotFound(f"There is no user {author_id}.")
        return await read(PUBLISHED_OF_AUTHOR)

    if not _sees_drafts(principal, author_id):
        return await resources.cache.get(of_author(author_id), f"{number} {size} {cursor}", published)
    posts = await read(ALL_OF_AUTHOR)
    if posts.total == 0 and await resources.database.one(SELECT_AUTHOR, author_id=author_id) is None:
        raise NotFound(f"There is no user {author_id}.")
    return Encoded.of(posts)


async def create(resources: Resources, principal: Principal, new: PostCreate, idempotency_key: str | None = None) -> PostRow:
    """Store a post of the principal and return it; with a key only once.

    Raises:
        Unauthorized: the principal was deleted a moment ago; decided by the foreign key.
        IdempotencyKeyInUse, IdempotencyKeyReused: see `idempotency.once`.
    """
    request = idempotency.request(CREATION, idempotency_key, principal, new)
    try:
        return await once(resources, CREATION, request, functools.partial(_store, resources, principal, new))
    finally:  # also after a write of which no answer came
        await resources.cache.drop(PUBLIC, of_author(principal.user_id))


@retry_on_conflict
async def _store(resources: Resources, principal: Principal, new: PostCreate, keep: Keep[PostRow] | None) -> PostRow:
    if keep is None:
        return await _insert(resources.database, principal, new, resources.now())
    async with resources.database.transaction() as transaction:
        post = await _insert(transaction, principal, new, resources.now())
        await keep(transaction, post)
    return post


async def _insert(database: Transaction, principal: Principal, new: PostCreate, created_at: datetime) -> PostRow:
    try:
        post = await database.one(
            INSERT_POST,
            author_id=principal.user_id,
            title=new.title,
            content=new.content,
            is_published=new.is_published,
            created_at=created_at,
        )
    except ConstraintViolation:
        raise Unauthorized("The account is gone.") from None
    if post is None:
        raise RuntimeError("an insert without a conflict clause returned no row")
    return post
