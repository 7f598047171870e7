"""The transactional outbox: mails, and whatever else must happen if and only if a transaction commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Id, UtcDateTime


class OutboxItem(Base):
    """Something to deliver, written in the transaction that causes it and deleted after its delivery.

    A worker claims it for the time of a lease; once that has expired, any worker may claim it again.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "failed_at", "available_at", "id"),  # serves the workers' "what is due", and the list of dead letters
        Index(None, "subject"),  # serves the erasure of a user's items
        {"sqlite_autoincrement": True},  # ids are not reused
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    topic: Mapped[str] = mapped_column(String(50))  # the kind of item, which decides how `payload` is decoded
    payload: Mapped[str]  # JSON
    subject: Mapped[str | None]  # whose data the payload has: `user:ID`, or an e-mail address in lower case
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    # Due from then on. While the item is claimed, the end of the lease.
    available_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    claimed_by: Mapped[str | None] = mapped_column(String(36))  # the worker that delivers it
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]  # of the last failed attempt
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # set for dead letters; an operator may retry them
