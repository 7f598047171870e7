"""Rules of posts: a draft is seen by its author and by administrators."""

from __future__ import annotations

import functools
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, select

from app.core.call import Principal, Resources
from app.core.database import Database, Transaction, retried
from app.core.encoded import Encoded
from app.core.statements import Refused, Statement, insert, lookup, statement
from app.models import Post, User
from app.schemas.models import PostCreate
from app.schemas.problems import NotFound, Unauthorized
from app.schemas.rows import PostListRow, PostRow
from app.services import idempotency
from app.services.idempotency import Creation, Keep, once
from app.services.pages import Listing, Order, counted, counter, page, tried, walked

COLUMNS = (Post.id, Post.author_id, Post.title, Post.content, Post.is_published, Post.created_at, Post.version)

GET = lookup(select(*COLUMNS), PostRow, post_id=Post.id)
INSERT = statement(
    insert(Post)
    .values(
        author_id=bindparam("author_id"),
        title=bindparam("title"),
        content=bindparam("content"),
        is_published=bindparam("is_published"),
        created_at=bindparam("created_at"),
        version=1,
    )
    .returning(*COLUMNS),
    PostRow,
)
CREATION = Creation("createPost", PostRow, lambda database, post_id: database.one(GET, post_id=post_id))
AUTHOR = statement(select(User.id).where(User.id == bindparam("author_id")), int)
ACTIVE_AUTHOR = lookup(select(User.id).where(User.is_active), int, author_id=User.id)

NEWEST_FIRST: Order[PostRow] = Order((Post.id,), descending=True)
OF_AUTHOR = Post.author_id == bindparam("author_id")
IS_PUBLISHED = Post.is_published.expression


def _listing(name: str, total: Statement[int], *conditions: ColumnElement[bool]) -> Listing[PostRow]:
    return Listing(name, total, NEWEST_FIRST, walked(select(*COLUMNS), conditions, PostRow, NEWEST_FIRST))


def _of_author(name: str, *conditions: ColumnElement[bool]) -> Listing[PostRow]:
    return _listing(name, statement(counted(Post, conditions), int), *conditions)


PUBLISHED = _listing("published", counter("posts:published"), IS_PUBLISHED)
ALL_OF_AUTHOR = _of_author("all of author", OF_AUTHOR)
PUBLISHED_OF_AUTHOR = _of_author("published of author", OF_AUTHOR, tried(IS_PUBLISHED))


PUBLIC = "posts"  # the cache's topic of the list of all


def of_author(author_id: int) -> str:
    """The cache's topic of a user's posts."""
    return f"posts of {author_id}"


def _sees_drafts(principal: Principal | None, author_id: int) -> bool:
    return principal is not None and (principal.is_admin or principal.user_id == author_id)


async def get(database: Database, principal: Principal | None, post_id: int) -> PostRow:
    """One post, as the principal may see it. Raises `NotFound`, also for a draft of somebody else."""
    post = await database.one(GET, post_id=post_id)
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
        if await resources.database.one(ACTIVE_AUTHOR, author_id=author_id) is None:
            raise NotFound(f"There is no user {author_id}.")
        return await read(PUBLISHED_OF_AUTHOR)

    if not _sees_drafts(principal, author_id):
        return await resources.cache.get(of_author(author_id), f"{number} {size} {cursor}", published)
    posts = await read(ALL_OF_AUTHOR)
    if posts.total == 0 and await resources.database.one(AUTHOR, author_id=author_id) is None:
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


@retried
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
            INSERT,
            author_id=principal.user_id,
            title=new.title,
            content=new.content,
            is_published=new.is_published,
            created_at=created_at,
        )
    except Refused:
        raise Unauthorized("The account is gone.") from None
    if post is None:
        raise RuntimeError("an insert without a conflict clause returned no row")
    return post
