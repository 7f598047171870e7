"""SQL of the worker that sends webhooks, and of the deletion of old deliveries."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, bindparam, delete, false, literal, null, select, update

from app.core.database.statements import command, statement
from app.models import Delivery, Webhook

BATCH_SIZE = 1000  # rows that one statement deletes
MAX_DELIVERIES = 10_000  # of one webhook; the document says so too


class ClaimedWebhook(NamedTuple):
    """A webhook with due deliveries."""

    id: int
    url: str
    secret: str
    previous_secret: str | None
    previous_expires_at: datetime | None
    failing_since: datetime | None


class DueDelivery(NamedTuple):
    """A delivery to attempt."""

    id: int
    message_id: str
    payload: str
    attempts: int


# In a WITH, as the outbox does: see there.
_DUE = (
    select(Webhook.id)
    .where(
        Webhook.is_active,
        Webhook.available_at <= bindparam("now"),
        select(Delivery.id)
        .where(Delivery.webhook_id == Webhook.id, Delivery.next_attempt_at <= bindparam("now"))
        .correlate(Webhook)
        .exists(),
    )
    .order_by(Webhook.available_at, Webhook.id)  # those that have waited longest
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True, of=Webhook)
    .cte("due")
)
CLAIM_WEBHOOKS = statement(
    update(Webhook)
    .where(Webhook.id.in_(select(_DUE.c.id)))
    .values(claimed_by=bindparam("worker"), available_at=bindparam("until"))
    .returning(
        *(Webhook.id, Webhook.url, Webhook.secret, Webhook.previous_secret, Webhook.previous_expires_at, Webhook.failing_since)
    ),
    ClaimedWebhook,
)
SELECT_DUE_DELIVERIES = statement(
    select(Delivery.id, Delivery.message_id, Delivery.payload, Delivery.attempts)
    .where(Delivery.webhook_id == bindparam("webhook_id"), Delivery.next_attempt_at <= bindparam("now"))
    .order_by(Delivery.next_attempt_at, Delivery.id)
    .limit(bindparam("limit")),
    DueDelivery,
)
# Not if another worker has settled it meanwhile.
UPDATE_DELIVERY = command(
    update(Delivery)
    .where(Delivery.id == bindparam("delivery_id"), Delivery.next_attempt_at.is_not(None))
    .values(
        status=bindparam("new_status"),
        attempts=bindparam("new_attempts"),
        response_status=bindparam("new_response_status"),
        error=bindparam("new_error"),
        attempted_at=bindparam("now"),
        next_attempt_at=bindparam("new_next_attempt_at"),
    )
)
_CLAIMED = and_(Webhook.id == bindparam("webhook_id"), Webhook.claimed_by == bindparam("worker"))
RELEASE_WEBHOOK = command(
    update(Webhook)
    .where(_CLAIMED)
    .values(claimed_by=null(), available_at=bindparam("new_available_at"), failing_since=bindparam("new_failing_since"))
)
DISABLE_WEBHOOK = command(
    update(Webhook)
    .where(_CLAIMED)
    .values(
        claimed_by=null(),
        is_active=false(),
        disabled_reason=bindparam("new_disabled_reason"),
        version=Webhook.version + 1,
    )
)
RELEASE_WEBHOOKS = command(
    update(Webhook).where(Webhook.claimed_by == bindparam("worker")).values(claimed_by=null(), available_at=bindparam("now"))
)

# --- housekeeping

DELETE_OLD_DELIVERIES = command(
    delete(Delivery).where(
        Delivery.id.in_(
            select(Delivery.id)
            .where(Delivery.created_at <= bindparam("until"))
            .order_by(Delivery.created_at)
            .limit(literal(BATCH_SIZE))
        )
    )
)
_OF_WEBHOOK = Delivery.webhook_id == bindparam("webhook_id")
_SURPLUS = select(Delivery.id).where(_OF_WEBHOOK).order_by(Delivery.id.desc()).limit(literal(BATCH_SIZE))
DELETE_SURPLUS_DELIVERIES = command(delete(Delivery).where(Delivery.id.in_(_SURPLUS.offset(bindparam("kept")))))
# No attempt is scheduled this far ahead unless a clock was wrong.
RESCHEDULE_WEBHOOKS = command(
    update(Webhook).where(Webhook.available_at > bindparam("latest")).values(claimed_by=null(), available_at=bindparam("now"))
)
RESCHEDULE_DELIVERIES = command(
    update(Delivery)
    .where(Delivery.webhook_id.in_(select(Webhook.id)), Delivery.next_attempt_at > bindparam("latest"))  # by the index
    .values(next_attempt_at=bindparam("now"))
)
