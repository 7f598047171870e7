"""SQL of webhooks: what administrators manage, and what is written when something happens."""

from __future__ import annotations

import functools
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, String, bindparam, delete, func, literal, null, or_, select, true, update

from app.core.database.statements import Statement, command, insert, lookup, statement
from app.models import Delivery, Webhook
from app.schemas.rows import WebhookDeliveryRow, WebhookRow
from app.services.shared.pages import Listing, Order, count_rows, index_scan, unindexed

MAX_WEBHOOKS = 100  # the document says so too

Status = Literal["pending", "succeeded", "failed"]

_COLUMNS = (
    *(Webhook.id, Webhook.url, Webhook.description, Webhook.events, Webhook.is_active, Webhook.disabled_reason),
    *(Webhook.created_at, Webhook.version),
)
DELIVERY_COLUMNS = (
    Delivery.id,
    Delivery.webhook_id,
    Delivery.message_id,
    Delivery.event,
    Delivery.status,
    Delivery.attempts,
    Delivery.response_status,
    Delivery.error,
    Delivery.created_at,
    Delivery.attempted_at,
    Delivery.next_attempt_at,
)


def _webhook(webhook_id: int, url: str, description: str | None, events: str, *others: Any) -> WebhookRow:  # noqa: ANN401
    return WebhookRow(webhook_id, url, description, _events(events), *others)


def _events(stored: str) -> Any:  # noqa: ANN401 - the document's, as text
    return stored.split()


# --- webhooks

SELECT_WEBHOOK = lookup(select(*_COLUMNS), _webhook, webhook_id=Webhook.id)
SELECT_WEBHOOK_IDS = statement(select(Webhook.id).order_by(Webhook.id), int)
_GIVEN = (
    *(Webhook.url, Webhook.description, Webhook.events, Webhook.is_active, Webhook.secret),
    *(Webhook.available_at, Webhook.created_at),
)
# Returns no row if there are as many as there may be. Simultaneous requests may exceed that by their number.
INSERT_WEBHOOK = statement(
    insert(Webhook)
    .from_select(
        [*_GIVEN, Webhook.version],
        select(*(bindparam(column.key, type_=column.type) for column in _GIVEN), literal(1, BigInteger())).where(
            select(func.count()).select_from(Webhook).scalar_subquery() < literal(MAX_WEBHOOKS)
        ),
    )
    .returning(*_COLUMNS),
    _webhook,
)
_VERSION = bindparam("version", type_=BigInteger())  # None: any
_THIS_VERSION = (Webhook.id == bindparam("webhook_id"), or_(_VERSION.is_(None), Webhook.version == _VERSION))
DELETE_WEBHOOK = statement(delete(Webhook).where(*_THIS_VERSION).returning(Webhook.id), int)
ROTATE_SECRET = statement(
    update(Webhook)
    .where(Webhook.id == bindparam("webhook_id"))
    .values(
        secret=bindparam("new_secret"),
        previous_secret=Webhook.secret,
        previous_expires_at=bindparam("new_previous_expires_at"),
    )
    .returning(Webhook.id),
    int,
)


@functools.lru_cache(maxsize=16)
def update_webhook(fields: frozenset[str]) -> Statement[WebhookRow]:
    """Update these columns, if the webhook has the version.

    A new URL or state ends the claim of a worker, whose result is about the old one, and a pause after failures.
    """
    core = update(Webhook).where(*_THIS_VERSION).values({field: bindparam(f"new_{field}") for field in sorted(fields)})
    if fields & {"url", "is_active"}:
        core = core.values(claimed_by=null(), failing_since=null(), available_at=bindparam("new_available_at"))
    if "is_active" in fields:
        core = core.values(disabled_reason=null())
    return statement(core.values(version=Webhook.version + 1).returning(*_COLUMNS), _webhook)


_OLDEST_FIRST: Order[WebhookRow] = Order((Webhook.id,))
WEBHOOKS: Listing[WebhookRow] = Listing(
    "webhooks",
    statement(count_rows(Webhook, []), int),
    _OLDEST_FIRST,
    index_scan(select(*_COLUMNS), [], _webhook, _OLDEST_FIRST),
)

# --- events

SELECT_WANTED_EVENTS = statement(select(Webhook.events).where(Webhook.is_active).distinct(), str)
_WANTS = (literal(" ") + Webhook.events + literal(" ")).like(literal("% ") + bindparam("event", type_=String()) + literal(" %"))
# One row for each webhook that wants the event. A webhook that is deleted at the same time is waited for and left out.
INSERT_DELIVERIES = command(
    insert(Delivery).from_select(
        [
            *(Delivery.webhook_id, Delivery.message_id, Delivery.event, Delivery.payload, Delivery.status),
            *(Delivery.attempts, Delivery.user_id, Delivery.created_at, Delivery.next_attempt_at),
        ],
        select(
            Webhook.id,
            *(bindparam(column.key, type_=column.type) for column in (Delivery.message_id, Delivery.event, Delivery.payload)),
            literal("pending"),
            literal(0),
            bindparam("user_id", type_=Delivery.user_id.type),
            *[bindparam("created_at", type_=Delivery.created_at.type)] * 2,
        )
        .where(Webhook.is_active, _WANTS)
        .with_for_update(read=True, key_share=True),
    )
)

# Not those of the deletion itself, which have no data of the user.
DELETE_DELIVERIES_OF_USER = command(delete(Delivery).where(Delivery.user_id == bindparam("user_id")))

# --- deliveries

_NEWEST_FIRST: Order[WebhookDeliveryRow] = Order((Delivery.id,), descending=True)
_OF_WEBHOOK = Delivery.webhook_id == bindparam("webhook_id")


def _delivery(*columns: Any) -> WebhookDeliveryRow:  # noqa: ANN401 - more columns than mypy compares
    return WebhookDeliveryRow(*columns)


@functools.lru_cache(maxsize=4)
def deliveries_listing(status: Status | None) -> Listing[WebhookDeliveryRow]:
    """Deliveries of a webhook, newest first; at most some thousands, so that they can be counted."""
    conditions: list[ColumnElement[bool]] = [_OF_WEBHOOK]
    if status is not None:
        conditions.append(unindexed(Delivery.status == literal(status)))
    return Listing(
        f"deliveries {status}",
        statement(count_rows(Delivery, conditions), int),
        _NEWEST_FIRST,
        index_scan(select(*DELIVERY_COLUMNS), conditions, _delivery, _NEWEST_FIRST),
    )


_THIS_DELIVERY = Delivery.id == bindparam("delivery_id")
SELECT_DELIVERY_ID = statement(select(Delivery.id).where(_THIS_DELIVERY), int)
# Returns no row if the delivery does not exist or its webhook is inactive.
REDELIVER = statement(
    update(Delivery)
    .where(_THIS_DELIVERY, select(true()).where(Webhook.id == Delivery.webhook_id, Webhook.is_active).exists())
    .values(status="pending", attempts=0, next_attempt_at=bindparam("now"))
    .returning(*DELIVERY_COLUMNS),
    _delivery,
)
