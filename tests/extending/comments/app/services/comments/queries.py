"""SQL of comments."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, select

from app.core.database.statements import command, insert, lookup, parameters, statement
from app.models import Comment
from app.schemas.rows import CommentRow
from app.services.shared.pages import Listing, Order, count_rows, index_scan

COLUMNS = (Comment.id, Comment.post_id, Comment.author_id, Comment.content, Comment.created_at, Comment.version)

SELECT_COMMENT = lookup(select(*COLUMNS), CommentRow, comment_id=Comment.id)
INSERT_COMMENT = statement(
    insert(Comment).values(**parameters("post_id", "author_id", "content", "created_at"), version=1).returning(*COLUMNS),
    CommentRow,
)
DELETE_COMMENT = command(delete(Comment).where(Comment.id == bindparam("comment_id")))

OLDEST_FIRST: Order[CommentRow] = Order((Comment.id,))
OF_POST = Comment.post_id == bindparam("post_id")
COMMENTS_OF_POST: Listing[CommentRow] = Listing(
    "comments of post",
    statement(count_rows(Comment, [OF_POST]), int),
    OLDEST_FIRST,
    index_scan(select(*COLUMNS), [OF_POST], CommentRow, OLDEST_FIRST),
)
