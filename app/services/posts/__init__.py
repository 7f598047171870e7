"""Rules of posts: only its author and administrators see a draft."""

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
from app.services.idempotency import Creation, Record, run_once
from app.services.posts.queries import (
    ALL_OF_AUTHOR,
    INSERT_POST,
    PUBLISHED,
    PUBLISHED_OF_AUTHOR,
    SELECT_ACTIVE_AUTHOR,
    SELECT_AUTHOR,
    SELECT_POST,
)
from app.services.shared.pages import Listing, load_page

CREATION = Creation("createPost", PostRow, lambda database, post_id: database.one(SELECT_POST, post_id=post_id))
CACHE_TOPIC = "posts"  # of the list of all published posts


def author_cache_topic(author_id: int) -> str:
    """The cache topic of the list of a user's published posts."""
    return f"posts of {author_id}"


def _sees_drafts(principal: Principal | None, author_id: int) -> bool:
    return principal is not None and (principal.is_admin or principal.user_id == author_id)


async def get(database: Database, principal: Principal | None, post_id: int) -> PostRow:
    """One post. Raises `NotFound`, also for a draft that the principal may not see."""
    post = await database.one(SELECT_POST, post_id=post_id)
    if post is None or not (post.is_published or _sees_drafts(principal, post.author_id)):
        raise NotFound(f"There is no post {post_id}.")
    return post


async def list(resources: Resources, number: int, size: int, cursor: str | None) -> Encoded[PostListRow]:
    """One page of published posts, newest first. Runs the statements of `load_page`, or none if cached.

    Raises:
        UnknownCursor: the cursor was not issued for this list.
    """

    async def read() -> PostListRow:
        return PostListRow(*await load_page(resources.database, PUBLISHED, number, size, cursor))

    return await resources.cache.get(CACHE_TOPIC, f"{number} {size} {cursor}", read)


async def list_by_author(
    resources: Resources, principal: Principal | None, author_id: int, number: int, size: int, cursor: str | None
) -> Encoded[PostListRow]:
    """One page of a user's posts, newest first. Runs the statements of `load_page`, and one for the user.

    If the principal may see the drafts, the latter runs only if there are no posts; else the page is cached.

    Raises:
        NotFound: the user does not exist, or is inactive and the principal may not see drafts.
        UnknownCursor: the cursor was not issued for this list.
    """

    async def read(listing: Listing[PostRow]) -> PostListRow:
        return PostListRow(*await load_page(resources.database, listing, number, size, cursor, author_id=author_id))

    async def published() -> PostListRow:
        if await resources.database.one(SELECT_ACTIVE_AUTHOR, author_id=author_id) is None:
            raise NotFound(f"There is no user {author_id}.")
        return await read(PUBLISHED_OF_AUTHOR)

    if not _sees_drafts(principal, author_id):
        return await resources.cache.get(author_cache_topic(author_id), f"{number} {size} {cursor}", published)
    posts = await read(ALL_OF_AUTHOR)
    if posts.total == 0 and await resources.database.one(SELECT_AUTHOR, author_id=author_id) is None:
        raise NotFound(f"There is no user {author_id}.")
    return Encoded.of(posts)


async def create(resources: Resources, principal: Principal, new: PostCreate, idempotency_key: str | None = None) -> PostRow:
    """Create a post of the principal; with an idempotency key only once.

    Raises:
        Unauthorized: the principal was just deleted; decided by the foreign key.
        IdempotencyKeyInUse, IdempotencyKeyReused: see `idempotency.run_once`.
    """
    request = idempotency.request(CREATION, idempotency_key, principal, new)
    try:
        return await run_once(resources, CREATION, request, functools.partial(_store, resources, principal, new))
    finally:  # even if the outcome of the write is unknown
        await resources.cache.drop(CACHE_TOPIC, author_cache_topic(principal.user_id))


@retry_on_conflict
async def _store(resources: Resources, principal: Principal, new: PostCreate, record: Record[PostRow] | None) -> PostRow:
    if record is None:
        return await _insert(resources.database, principal, new, resources.now())
    async with resources.database.transaction() as transaction:
        post = await _insert(transaction, principal, new, resources.now())
        await record(transaction, post)
    return post


async def _insert(transaction: Transaction, principal: Principal, new: PostCreate, created_at: datetime) -> PostRow:
    try:
        post = await transaction.one(
            INSERT_POST,
            author_id=principal.user_id,
            title=new.title,
            content=new.content,
            is_published=new.is_published,
            created_at=created_at,
        )
    except ConstraintViolation:
        raise Unauthorized("The account no longer exists.") from None
    if post is None:
        raise RuntimeError("an insert without a conflict clause returned no row")
    return post
