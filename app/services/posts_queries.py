"""The SQL of posts."""

from __future__ import annotations

from sqlalchemy import ColumnElement, bindparam, select

from app.core.database.statements import Statement, insert, lookup, statement
from app.models import Post, User
from app.schemas.rows import PostRow
from app.services.pages import Listing, Order, counted, counter, tried, walked

COLUMNS = (Post.id, Post.author_id, Post.title, Post.content, Post.is_published, Post.created_at, Post.version)

SELECT_POST = lookup(select(*COLUMNS), PostRow, post_id=Post.id)
INSERT_POST = statement(
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
SELECT_AUTHOR = statement(select(User.id).where(User.id == bindparam("author_id")), int)
SELECT_ACTIVE_AUTHOR = lookup(select(User.id).where(User.is_active), int, author_id=User.id)

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
