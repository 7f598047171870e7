"""The audit log: what users and operators did, in a chain of hashes (docs/adr/0033-audit-events-are-a-hash-chain.md)."""

from __future__ import annotations

from datetime import datetime
from typing import Literal, TypeAlias

from sqlalchemy import BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Id, UtcDateTime

# The schema `AuditEventType` of the document; mypy compares the two.
AuditEventType: TypeAlias = Literal[
    "session.created",
    "session.refused",
    "session.second-factor-required",
    "session.deleted",
    "session.refresh-reused",
    "sessions.ended",
    "user.sign-up-requested",
    "user.created",
    "user.updated",
    "user.deactivated",
    "user.reactivated",
    "user.deleted",
    "user.role-changed",
    "user.exported",
    "users.imported",
    "users.exported",
    "post.updated",
    "post.deleted",
    "password.changed",
    "password.reset-requested",
    "password.reset",
    "email.verification-requested",
    "email.verified",
    "email.change-requested",
    "email.changed",
    "factor.added",
    "factor.confirmed",
    "factor.updated",
    "factor.removed",
    "factor.counter-regressed",
    "recovery-code.used",
    "reauthentication.succeeded",
    "reauthentication.refused",
    "api-key.created",
    "api-key.deleted",
    "webhook.created",
    "webhook.updated",
    "webhook.deleted",
    "webhook.secret-rotated",
    "webhook.redelivered",
]


class AuditEvent(Base):
    """Something that happened, written in its transaction. Afterwards only the chain is added, and personal data erased.

    Users are named by id without a foreign key: the event outlives them, and ids are never reused. `address` and `user_agent`
    are personal. The chain covers their salted digest, so that they can be erased together with the salt.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        Index(None, "created_at", "id"),  # serves "newest first" and the filters by time
        Index(None, "actor_id", "created_at", "id"),  # serves the filter `actor_id`, and erasure
        Index(None, "subject_id", "created_at", "id"),  # serves the filter `subject_id`, and erasure
        Index(None, "type", "created_at", "id"),  # serves the filter `type`, and the sign-ins by day of `getStatistics`
        Index(None, "sequence", "id"),  # serves "what is not sealed?", verification and retention
        {"sqlite_autoincrement": True},  # ids are not reused
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    type: Mapped[AuditEventType] = mapped_column(String(40))
    actor_id: Mapped[int | None] = mapped_column(BigInteger)  # the user who acted
    subject_id: Mapped[int | None] = mapped_column(BigInteger)  # the user whom it is about
    details: Mapped[str]  # the schema `AuditDetails` of the document, as JSON; nothing personal
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    request_id: Mapped[str | None] = mapped_column(String(36))
    address: Mapped[str | None]
    user_agent: Mapped[str | None]
    salt: Mapped[str | None] = mapped_column(String(32))
    personal_digest: Mapped[str] = mapped_column(String(64))  # of the salt, the address and the user agent
    # Both are NULL until the event is sealed. Verification finds duplicates.
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    hash: Mapped[str | None] = mapped_column(String(64))


class AuditChain(Base):
    """The ends of the chain, in one row: the last sealed event, and the last one that retention has deleted.

    Whoever seals or deletes events holds the lock of the row.
    """

    __tablename__ = "audit_chain"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    deleted_sequence: Mapped[int] = mapped_column(BigInteger)
    deleted_hash: Mapped[str] = mapped_column(String(64))


class AuditErasure(Base):
    """A deleted user with more events than one statement erases; housekeeping goes on with those before an instant."""

    __tablename__ = "audit_erasures"

    user_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    before: Mapped[datetime] = mapped_column(UtcDateTime)
