"""Rules of posts: only the author and administrators see a draft, or change and delete a post."""

from __future__ import annotations

import functools
from datetime import datetime

from accord.runtime import Encoded
from app.call import Origin, Principal
from app.core.database import Database, Transaction, retry_on_conflict
from app.core.database.statements import Insertion
from app.core.errors import ConstraintViolation
from app.models.audit import AuditEventType
from app.resources import Resources
from app.schemas.models import PostCreate, PostUpdate
from app.schemas.problems import Forbidden, NotFound, PreconditionFailed, Unauthorized
from app.schemas.rows import PostListRow, PostRow
from app.services import audit, idempotency
from app.services.audit import Details
from app.services.idempotency import Creation, Record, run_once
from app.services.posts.queries import (
    ALL_OF_AUTHOR,
    DELETE_POST,
    INSERT_POST,
    PUBLISHED,
    PUBLISHED_OF_AUTHOR,
    SELECT_ACTIVE_AUTHOR,
    SELECT_AUTHOR,
    SELECT_POST,
    update_post,
)
from app.services.shared.pages import Listing, load_page
from app.services.shared.preconditions import matching_versions
from app.services.webhooks import events

CREATION = Creation("createPost", PostRow, lambda database, post_id: database.one(SELECT_POST, post_id=post_id))
CACHE_TOPIC = "posts"  # of the list of all published posts


def author_cache_topic(author_id: int) -> str:
    """The cache topic of the list of a user's published posts."""
    return f"posts of {author_id}"


def _is_author_or_admin(principal: Principal | None, author_id: int) -> bool:
    return principal is not None and (principal.is_admin or principal.user_id == author_id)


async def get(database: Database, principal: Principal | None, post_id: int) -> PostRow:
    """One post. Raises `NotFound`, also for a draft that the principal may not see."""
    post = await database.one(SELECT_POST, post_id=post_id)
    if post is None or not (post.is_published or _is_author_or_admin(principal, post.author_id)):
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

    if not _is_author_or_admin(principal, author_id):
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
    if record is None and not await events.is_wanted(resources, "post.created"):
        return await _insert(resources.database, principal, new, resources.now())
    async with resources.database.transaction() as transaction:
        post = await _insert(transaction, principal, new, resources.now())
        await events.emit(transaction, resources, "post.created", post)
        if record is not None:
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


async def update(
    resources: Resources,
    principal: Principal,
    post_id: int,
    changes: PostUpdate,
    if_match: str | None,
    origin: Origin | None = None,
) -> PostRow:
    """Change the fields that were sent. A change of another user's post is an audit event.

    Raises:
        Forbidden: another user's post.
        NotFound: also for another user's draft.
        PreconditionFailed: the post has another version, or was changed at the same time.
    """
    fields = changes.model_dump()  # without the fields that were not sent
    statement = update_post(frozenset(fields))
    post, version = await _get_to_change(resources.database, principal, post_id, if_match)
    values = {"post_id": post_id, "version": version, **{f"new_{field}": value for field, value in fields.items()}}
    recorded = _recorded("post.updated", resources, principal, post, origin, Details(fields=sorted(fields), post_id=post_id))
    try:
        changed = await events.write(resources, "post.updated", statement, values, recorded)
    finally:  # even if the outcome of the write is unknown
        await resources.cache.drop(CACHE_TOPIC, author_cache_topic(post.author_id))
    if changed is None:
        await get(resources.database, principal, post_id)
        raise _has_changed()
    return changed


async def delete(
    resources: Resources, principal: Principal, post_id: int, if_match: str | None, origin: Origin | None = None
) -> None:
    """Delete a post. Deleting another user's post is an audit event. Raises as `update`."""
    post, version = await _get_to_change(resources.database, principal, post_id, if_match)
    values: dict[str, object] = {"post_id": post_id, "version": version}
    recorded = _recorded("post.deleted", resources, principal, post, origin, Details(post_id=post_id))
    try:
        deleted = await events.write(resources, "post.deleted", DELETE_POST, values, recorded)
    finally:
        await resources.cache.drop(CACHE_TOPIC, author_cache_topic(post.author_id))
    if deleted is None:
        await get(resources.database, principal, post_id)
        raise _has_changed()


async def _get_to_change(
    database: Database, principal: Principal, post_id: int, if_match: str | None
) -> tuple[PostRow, int | None]:
    """The post, and the version that may be changed; None: any."""
    post = await get(database, principal, post_id)
    if not _is_author_or_admin(principal, post.author_id):
        raise Forbidden("Only the author and administrators may change or delete a post.")
    versions = matching_versions(if_match)
    if versions is None:
        return post, None
    if post.version not in versions:
        raise _has_changed()
    return post, post.version


def _recorded(
    event: AuditEventType,
    resources: Resources,
    principal: Principal,
    post: PostRow,
    origin: Origin | None,
    details: Details,
) -> Insertion | None:
    """The audit event of what administrators do with posts of others; None for an author's own change."""
    actor, subject = principal.user_id, post.author_id
    if actor == subject:
        return None
    return audit.event(event, resources.now(), origin, actor=actor, subject=subject, details=details)


def _has_changed() -> PreconditionFailed:
    return PreconditionFailed("The post has changed; read it again.")
