"""Comments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Id, UtcDateTime


class Comment(Base):
    """A text that a user wrote about a post; deleted with either of them."""

    __tablename__ = "comments"
    __table_args__ = (
        Index(None, "post_id", "id"),  # serves "comments on a post, oldest first", and the cascade from posts
        {"sqlite_autoincrement": True},  # the id of a deleted comment is not given again
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    # The index serves the cascade from users.
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    content: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
