"""The backlog in the database, read once per scrape by the process that answers it, in statements of bounded cost."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Select, bindparam, func, literal, select

from app.core.database import Database
from app.core.database.statements import Statement, statement
from app.core.errors import ServiceUnavailable
from app.metrics.memory import Key
from app.models import AuditEvent, Delivery, OutboxItem, Webhook

MOST = 10_000  # rows that are counted; an alarm needs no exact number

_log = structlog.get_logger()


class Backlog(NamedTuple):
    """The number of waiting rows, and since when the oldest has waited."""

    number: int
    since: datetime | None


NOTHING = Backlog(0, None)


def _count(core: Select[Any]) -> Statement[Backlog]:
    rows = core.limit(literal(MOST)).subquery()
    return statement(select(func.count(), func.min(rows.c[0])), Backlog)


# Each reads the first rows of an index.
PENDING_MAILS = _count(
    select(OutboxItem.created_at)
    .where(OutboxItem.failed_at.is_(None))
    .order_by(OutboxItem.failed_at, OutboxItem.available_at, OutboxItem.id)
)
DEAD_MAILS = _count(select(OutboxItem.failed_at).where(OutboxItem.failed_at.is_not(None)))
DUE_DELIVERIES = _count(
    select(Delivery.next_attempt_at)
    .join_from(Webhook, Delivery, Delivery.webhook_id == Webhook.id)
    .where(Webhook.is_active, Delivery.next_attempt_at <= bindparam("now"))
)
UNSEALED_EVENTS = _count(
    select(AuditEvent.created_at).where(AuditEvent.sequence.is_(None)).order_by(AuditEvent.sequence, AuditEvent.id)
)


async def read(database: Database, now: datetime) -> dict[Key, float]:
    """The metrics by key; only `accord_database_up` if the database does not answer. Four statements."""
    try:
        mails = await database.one(PENDING_MAILS) or NOTHING
        dead = await database.one(DEAD_MAILS) or NOTHING
        deliveries = await database.one(DUE_DELIVERIES, now=now) or NOTHING
        events = await database.one(UNSEALED_EVENTS) or NOTHING
    except ServiceUnavailable as error:
        _log.warning("metrics of the database cannot be read", error=str(error.__cause__ or error))
        return {("accord_database_up",): 0}
    return {
        ("accord_database_up",): 1,
        ("accord_outbox_pending",): mails.number,
        ("accord_outbox_dead",): dead.number,
        ("accord_outbox_oldest_seconds",): _age(mails, now),
        ("accord_webhook_deliveries_due",): deliveries.number,
        ("accord_webhook_deliveries_oldest_seconds",): _age(deliveries, now),
        ("accord_audit_events_unsealed",): events.number,
        ("accord_audit_events_unsealed_oldest_seconds",): _age(events, now),
    }


def _age(backlog: Backlog, now: datetime) -> float:
    return max((now - backlog.since).total_seconds(), 0) if backlog.since is not None else 0
