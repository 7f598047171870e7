"""What leaves the service later: mails, and whatever else must happen exactly if a transaction commits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import utc_now
from app.models.base import Base, Id, UtcDateTime


class OutboxItem(Base):
    """One thing to deliver, written in the transaction that wants it, removed when it is delivered.

    A worker that takes it holds a lease; whoever finds the lease over may take it again.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "died_at", "available_at", "id"),  # serves the workers' "what is due", and the list of the dead
        {"sqlite_autoincrement": True},  # an id names one delivery for ever
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    topic: Mapped[str] = mapped_column(String(50))  # what kind of thing; says how `payload` is read
    payload: Mapped[str]  # JSON
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    available_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=utc_now
    )  # not before; the end of the lease while one holds it
    lease: Mapped[str | None] = mapped_column(String(36))  # who has taken it; a worker that lost its lease changes nothing
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]  # why the last attempt failed
    died_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # given up; an operator may retry it
