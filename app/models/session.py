"""Sessions and their tokens, which are stored as hashes, so that a reader of the tables cannot use them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Id, UtcDateTime


class Session(Base):
    """One sign-in of a user, with its current access token, which each refresh replaces."""

    __tablename__ = "sessions"
    __table_args__ = ({"sqlite_autoincrement": True},)  # ids are not reused

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # The index serves "sessions of a user", the end of all of them, and the cascade from users.
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    access_hash: Mapped[str] = mapped_column(String(64), unique=True)  # serves every request with a token
    access_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    authenticated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # of the last proof after `created_at`
    refreshed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)  # serves the deletion of expired rows
    # No refresh extends the session beyond it. Older versions leave it NULL: then it is computed from `created_at`.
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PreviousAccessToken(Base):
    """The access token that the last refresh replaced, valid a few seconds longer for requests already sent."""

    __tablename__ = "previous_access_tokens"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    hash: Mapped[str] = mapped_column(String(64), unique=True)  # serves requests with a token that is not the current one
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RefreshToken(Base):
    """A refresh token, valid for one use. Used tokens are kept until they expire, so that reuse is detected."""

    __tablename__ = "refresh_tokens"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    # The index serves the cascade from sessions, also when reuse ends one.
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    nonce: Mapped[str | None] = mapped_column(String(64))  # set when used; the next pair of tokens is derived from it
