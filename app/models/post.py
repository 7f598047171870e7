"""Posts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Id, UtcDateTime


class Post(Base):
    """A text by a user; deleting the user deletes their posts."""

    __tablename__ = "posts"
    __table_args__ = (
        Index(None, "author_id", "id"),  # serves "posts of a user, newest first", and the cascade from users
        Index(None, "is_published", "id"),  # serves "published posts, newest first", and their counting
        Index(None, "created_at"),  # serves the counts by day of `getStatistics`
        {"sqlite_autoincrement": True},  # ids are not reused
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    title: Mapped[str]
    content: Mapped[str]
    is_published: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
