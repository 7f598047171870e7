"""What users can sign in with besides the password."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Id, UtcDateTime


class Factor(Base):
    """An authenticator app, or a passkey. It counts once it is confirmed."""

    __tablename__ = "factors"
    __table_args__ = ({"sqlite_autoincrement": True},)  # ids are not reused

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    # The index serves "factors of a user", and the cascade from users.
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    # `totp:` and the user's id, so that a user has one authenticator app; or `passkey:` and the credential id.
    key: Mapped[str] = mapped_column(unique=True)
    type: Mapped[Literal["totp", "passkey"]] = mapped_column(String(10))
    name: Mapped[str]
    secret: Mapped[str]  # encrypted; of a passkey, the public key (COSE in base64url)
    # The time step of the last code, which is valid once; of a passkey, the last signature counter.
    counter: Mapped[int] = mapped_column(BigInteger, default=0)
    transports: Mapped[str | None]  # of a passkey, separated by spaces
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RecoveryCode(Base):
    """A code that replaces a code of the authenticator app once. Stored as a hash: 120 random bits cannot be guessed."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
