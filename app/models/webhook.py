"""Webhooks, and the deliveries of events to them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Id, UtcDateTime


class Webhook(Base):
    """A URL that is called when something happens.

    A worker claims a webhook for the time of a lease and sends what is due; so no two workers send to one receiver.
    """

    __tablename__ = "webhooks"
    __table_args__ = ({"sqlite_autoincrement": True},)  # ids are not reused

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    url: Mapped[str]
    description: Mapped[str | None]
    events: Mapped[str]  # separated by spaces
    is_active: Mapped[bool] = mapped_column(default=True)
    disabled_reason: Mapped[str | None] = mapped_column(String(10))
    secret: Mapped[str]  # encrypted, because requests are signed with it: `app.core.security.secrets`
    previous_secret: Mapped[str | None]
    previous_expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # May be claimed from then on. While it is claimed, the end of the lease; after a failure, the end of the pause.
    available_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    claimed_by: Mapped[str | None] = mapped_column(String(36))  # the worker that sends to it
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the first failure after the last success
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    version: Mapped[int] = mapped_column(BigInteger, default=1)


class Delivery(Base):
    """An event on its way to a webhook, written in the transaction of the act. Kept for a while after the last attempt."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        Index(None, "webhook_id", "id"),  # serves "deliveries of a webhook, newest first", and the cascade from webhooks
        Index(None, "webhook_id", "next_attempt_at", "id"),  # serves the worker's "what is due"
        Index(None, "user_id"),  # serves the erasure of a user's data
        {"sqlite_autoincrement": True},  # ids are not reused
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    message_id: Mapped[str] = mapped_column(String(36))  # the same for all deliveries of an event
    event: Mapped[str] = mapped_column(String(50))
    payload: Mapped[str]  # the body: the same in every attempt
    user_id: Mapped[int | None] = mapped_column(BigInteger)  # whose data the payload has; they may have been deleted
    status: Mapped[str] = mapped_column(String(10))  # pending, succeeded, failed
    attempts: Mapped[int] = mapped_column(default=0)
    response_status: Mapped[int | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)  # serves the deletion of old rows
    attempted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_attempt_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # null if it is not pending
