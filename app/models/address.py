"""From where users have signed in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime


class KnownAddress(Base):
    """A client address from which a user has signed in, so that strangers who guess the password do not hold the user up.

    Only a slow hash of it is stored: there are few addresses, and a fast hash of each is computed in a moment.
    """

    __tablename__ = "known_addresses"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)  # serves the removal of old ones
