"""SQL of posts."""

from __future__ import annotations

import functools

from sqlalchemy import BigInteger, ColumnElement, bindparam, delete, or_, select, update

from app.core.database.statements import Statement, insert, lookup, parameters, statement
from app.models import Post, User
from app.schemas.rows import DeletedRow, PostRow
from app.services.shared.pages import Listing, Order, count_rows, index_scan, stored_total, unindexed

COLUMNS = (Post.id, Post.author_id, Post.title, Post.content, Post.is_published, Post.created_at, Post.version)

SELECT_POST = lookup(select(*COLUMNS), PostRow, post_id=Post.id)
INSERT_POST = statement(
    insert(Post)
    .values(**parameters("author_id", "title", "content", "is_published", "created_at"), version=1)
    .returning(*COLUMNS),
    PostRow,
)
SELECT_AUTHOR = statement(select(User.id).where(User.id == bindparam("author_id")), int)
SELECT_ACTIVE_AUTHOR = lookup(select(User.id).where(User.is_active), int, author_id=User.id)

_VERSION = bindparam("version", type_=BigInteger())  # None: any
_THIS_VERSION = (Post.id == bindparam("post_id"), or_(_VERSION.is_(None), Post.version == _VERSION))
DELETE_POST = statement(delete(Post).where(*_THIS_VERSION).returning(Post.id), DeletedRow)


@functools.lru_cache(maxsize=8)
def update_post(fields: frozenset[str]) -> Statement[PostRow]:
    """Update these columns, if the post has the version."""
    core = update(Post).where(*_THIS_VERSION).values({field: bindparam(f"new_{field}") for field in sorted(fields)})
    return statement(core.values(version=Post.version + 1).returning(*COLUMNS), PostRow)


_NEWEST_FIRST: Order[PostRow] = Order((Post.id,), descending=True)
_BY_AUTHOR = Post.author_id == bindparam("author_id")
_IS_PUBLISHED = Post.is_published.expression


def _listing(name: str, total: Statement[int], *conditions: ColumnElement[bool]) -> Listing[PostRow]:
    return Listing(name, total, _NEWEST_FIRST, index_scan(select(*COLUMNS), conditions, PostRow, _NEWEST_FIRST))


def _of_author(name: str, *conditions: ColumnElement[bool]) -> Listing[PostRow]:
    return _listing(name, statement(count_rows(Post, conditions), int), *conditions)


PUBLISHED = _listing("published", stored_total("posts:published"), _IS_PUBLISHED)
ALL_OF_AUTHOR = _of_author("all of author", _BY_AUTHOR)
PUBLISHED_OF_AUTHOR = _of_author("published of author", _BY_AUTHOR, unindexed(_IS_PUBLISHED))
