"""Tokens that were sent by mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime


class MailToken(Base):
    """A token that proves that a user reads the mails of an address. It is deleted when it is used."""

    __tablename__ = "mail_tokens"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    # The index serves "tokens of a user", which become invalid together, and the cascade from users.
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))  # see app.services.mail_tokens
    email: Mapped[str]  # the address that it was sent to
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)  # serves the deletion of expired rows
