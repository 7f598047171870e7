"""Challenges that passkeys have answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime


class UsedChallenge(Base):
    """A challenge that was answered, so that it is valid once. Others are not stored: their ids hold all that is needed."""

    __tablename__ = "used_challenges"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)  # serves the deletion of expired rows
