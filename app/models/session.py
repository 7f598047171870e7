"""Sessions and their refresh tokens. Tokens are stored as hashes: who reads the table cannot use them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Id, UtcDateTime


class Session(Base):
    """One sign-in of a user. Its access token is its own; a new pair of tokens replaces it."""

    __tablename__ = "sessions"
    __table_args__ = ({"sqlite_autoincrement": True},)  # the id of an ended session is not given again

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # The index serves "sessions of a user", signing out everywhere, and the cascade from users.
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    access_hash: Mapped[str] = mapped_column(String(64), unique=True)  # serves every request with a token
    access_expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    refreshed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)  # serves the removal of old ones
    # No refresh goes beyond it. Older versions of the service leave it out: then it is reckoned from `created_at`.
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PreviousAccessToken(Base):
    """The access token that the last refresh of a session replaced: good for a moment more, for what is under way."""

    __tablename__ = "previous_access_tokens"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    hash: Mapped[str] = mapped_column(String(64), unique=True)  # serves requests with a token that is not the current one
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class RefreshToken(Base):
    """A refresh token, usable once. Used ones stay until they expire, so that their reuse is noticed."""

    __tablename__ = "refresh_tokens"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    # The index serves ending a session when a token is used twice, and the cascade from sessions.
    session_id: Mapped[int] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    nonce: Mapped[str | None] = mapped_column(String(64))  # set when used; the next pair is derived from it
