"""Sign-ups whose address is not confirmed yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, Key, UtcDateTime


class SignUp(Base):
    """A user to be, who has not confirmed the address. Neither the address nor the username is reserved."""

    __tablename__ = "sign_ups"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    email: Mapped[str]
    email_key: Mapped[str] = mapped_column(Key, index=True)  # serves the erasure with the user of the address
    username: Mapped[str]
    username_key: Mapped[str] = mapped_column(Key)
    full_name: Mapped[str | None]
    password_hash: Mapped[str]
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)  # serves the deletion of expired rows


class SignUpToken(Base):
    """A token that was sent to the address of a sign-up; several if the mail was sent again."""

    __tablename__ = "sign_up_tokens"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    sign_up_id: Mapped[int] = mapped_column(ForeignKey("sign_ups.id", ondelete="CASCADE"), index=True)  # serves the cascade
