"""Users."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, CheckConstraint, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Id, Key, UtcDateTime


class User(Base):
    """A person with an account.

    The `_key` columns hold case-folded values, so that uniqueness and search ignore case. They are columns instead of indexes
    on lower(...), because Alembic does not see such indexes on SQLite.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('user', 'admin')", name="role"),
        Index(None, "is_active", "id"),  # serves "profiles, oldest first" and the filter `is_active`
        Index(None, "role", "id"),  # serves the filter `role` and "is this the last administrator?"
        # Serves `sort=created_at`, the filters by time, and the counts by day of `getStatistics`.
        Index(None, "created_at", "id"),
        {"sqlite_autoincrement": True},  # ids are not reused
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str]
    email_verified: Mapped[bool] = mapped_column(default=False, server_default=false())
    email_key: Mapped[str] = mapped_column(Key, unique=True)  # serves sign-in and sign-up by e-mail, and the search `q`
    username: Mapped[str]
    # Serves sign-in and sign-up by username, the search `q`, and `sort=username`.
    username_key: Mapped[str] = mapped_column(Key, unique=True)
    password_hash: Mapped[str]
    # When the password or the e-mail address last changed: mails with tokens that were asked for before are not sent.
    credentials_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    full_name: Mapped[str | None]
    full_name_key: Mapped[str | None] = mapped_column(Key, index=True)  # serves the search `q`
    bio: Mapped[str | None]
    role: Mapped[Literal["user", "admin"]] = mapped_column(String(5), default="user")
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    version: Mapped[int] = mapped_column(BigInteger, default=1)
