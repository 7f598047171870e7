"""API keys, of which only the hashes are stored."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Id, UtcDateTime


class ApiKey(Base):
    """A credential of a user for programs, limited to scopes; deleting the user deletes it."""

    __tablename__ = "api_keys"
    __table_args__ = ({"sqlite_autoincrement": True},)  # ids are not reused

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # The index serves "keys of a user", their counting, and the cascade from users.
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    scopes: Mapped[str]  # separated by spaces
    hash: Mapped[str] = mapped_column(String(64), unique=True)  # serves every request with a key
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)  # serves the deletion of expired rows
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
