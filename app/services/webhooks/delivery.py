"""Sends what is due: one worker at a time for each webhook, so that a slow receiver delays nobody else.

A worker claims webhooks with due deliveries for the time of a lease, which is longer than a batch can take. A killed worker's
claims expire, and what it had not recorded is sent again with the same id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import structlog

from app.core.database import Database
from app.core.errors import RequestFailed
from app.core.http import Client
from app.core.printable import printable
from app.core.security.secrets import Secrets
from app.resources import Resources
from app.services.webhooks.delivery_queries import (
    CLAIM_WEBHOOKS,
    DELETE_OLD_DELIVERIES,
    DELETE_SURPLUS_DELIVERIES,
    DISABLE_WEBHOOK,
    MAX_DELIVERIES,
    RELEASE_WEBHOOK,
    RELEASE_WEBHOOKS,
    RESCHEDULE_DELIVERIES,
    RESCHEDULE_WEBHOOKS,
    SELECT_DUE_DELIVERIES,
    UPDATE_DELIVERY,
    ClaimedWebhook,
    DueDelivery,
)
from app.services.webhooks.queries import SELECT_WEBHOOK_IDS
from app.services.webhooks.signatures import PURPOSE, signed_headers

CONCURRENCY = 4  # requests to one webhook at the same time
BATCH = 2 * CONCURRENCY  # deliveries of one webhook, before others have their turn
LEASE = timedelta(seconds=90)  # more than two requests that take as long as they may, and a slow database

# After each failed attempt, as Standard Webhooks recommends: three days in all. The document says so too.
DELAYS = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
FAILING = timedelta(days=5)  # of failures only, after which a webhook is deactivated; the document says so too
RETENTION = timedelta(days=30)  # of deliveries; the document says so too
# A webhook whose whole batch failed pauses for a tenth of the time since the first failure, within these bounds.
MIN_PAUSE, MAX_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
MAX_ERROR_LENGTH = 200  # characters; the document says so too

HEADERS = {"Content-Type": "application/json", "User-Agent": "Accord-Webhooks/1"}
GONE = 410  # of the receiver, which wants no more requests

_MAX_BATCHES = 10  # of deletions per call; the next call goes on

_log = structlog.get_logger()


class Outcome(NamedTuple):
    """What came of an attempt: a status, an error, or both."""

    status: int | None
    error: str | None


async def claim(database: Database, worker: str, now: datetime, limit: int) -> list[ClaimedWebhook]:
    """Claim webhooks with due deliveries; one statement."""
    return await database.all(CLAIM_WEBHOOKS, worker=worker, now=now, until=now + LEASE, limit=limit)


async def send_due(resources: Resources, client: Client, worker: str, webhook: ClaimedWebhook) -> None:
    """Send a batch of a claimed webhook, record each outcome, and release the webhook.

    Raises:
        ValueError: SECRET_KEY lacks the key that the secret was encrypted with; nothing was sent.
    """
    database, clock = resources.database, resources.now
    keys = _secrets(resources.secrets, webhook, clock())
    due = await database.all(SELECT_DUE_DELIVERIES, webhook_id=webhook.id, now=clock(), limit=BATCH)
    slots = asyncio.Semaphore(CONCURRENCY)

    async def send(delivery: DueDelivery) -> Outcome:
        async with slots:
            now = clock()
            outcome = await _attempt(client, webhook.url, keys, delivery, now)
        status = await _record(database, delivery, outcome, now)
        resources.deliveries["webhook", "retried" if status == "pending" else status] += 1
        return outcome

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(send(delivery)) for delivery in due]
    await _release(database, worker, webhook, [task.result() for task in tasks], clock())


async def release(database: Database, worker: str, now: datetime) -> None:
    """Release all claims of a worker."""
    await database.run(RELEASE_WEBHOOKS, worker=worker, now=now)


async def _attempt(client: Client, url: str, keys: Sequence[str], delivery: DueDelivery, now: datetime) -> Outcome:
    content = delivery.payload.encode()
    signed = signed_headers(keys, delivery.message_id, now, content)
    try:
        status = await client.post(url, HEADERS | signed, content)
    except RequestFailed as error:
        return Outcome(None, printable(str(error))[:MAX_ERROR_LENGTH])
    return Outcome(status, None if 200 <= status < 300 else f"The response was {status}.")  # noqa: PLR2004 - 2xx


def _secrets(encryption: Secrets, webhook: ClaimedWebhook, now: datetime) -> list[str]:
    """The secrets that sign now: the current one, and for a while the previous one."""
    stored = [webhook.secret]
    if webhook.previous_secret is not None and webhook.previous_expires_at is not None and now < webhook.previous_expires_at:
        stored.append(webhook.previous_secret)
    return [encryption.decrypt(PURPOSE, secret) for secret in stored]


async def _record(database: Database, delivery: DueDelivery, outcome: Outcome, now: datetime) -> str:
    """Record an attempt and return the new status of the delivery."""
    has_failed = outcome.error is not None and delivery.attempts >= len(DELAYS)
    is_pending = outcome.error is not None and not has_failed
    status = "pending" if is_pending else "failed" if has_failed else "succeeded"
    await database.run(
        UPDATE_DELIVERY,
        delivery_id=delivery.id,
        new_status=status,
        new_attempts=delivery.attempts + 1,
        new_response_status=outcome.status,
        new_error=outcome.error,
        now=now,
        new_next_attempt_at=now + DELAYS[delivery.attempts] if is_pending else None,
    )
    if has_failed:
        _log.warning("webhook delivery failed for the last time", delivery=delivery.id)
    return status


async def _release(database: Database, worker: str, webhook: ClaimedWebhook, outcomes: list[Outcome], now: datetime) -> None:
    """Release the webhook, with a pause if it is failing; or deactivate it."""
    claimed = {"webhook_id": webhook.id, "worker": worker}
    is_failing = bool(outcomes) and all(outcome.error is not None for outcome in outcomes)
    since = (webhook.failing_since or now) if is_failing else webhook.failing_since if not outcomes else None
    reason = "gone" if any(outcome.status == GONE for outcome in outcomes) else None
    if since is not None and now - since >= FAILING:
        reason = reason or "failing"
    if reason is not None:
        if await database.run(DISABLE_WEBHOOK, **claimed, new_disabled_reason=reason):
            _log.warning("webhook deactivated", webhook=webhook.id, reason=reason)
        return
    pause = min(max((now - since) / 10, MIN_PAUSE), MAX_PAUSE) if since is not None else timedelta()
    await database.run(RELEASE_WEBHOOK, **claimed, new_available_at=now + pause, new_failing_since=since)


async def delete_old(database: Database, now: datetime) -> None:
    """Delete old deliveries, and those beyond the maximum of a webhook; make due what a wrong clock has scheduled."""
    await database.run(RESCHEDULE_WEBHOOKS, now=now, latest=now + max(LEASE, MAX_PAUSE))
    await database.run(RESCHEDULE_DELIVERIES, now=now, latest=now + DELAYS[-1])
    for _ in range(_MAX_BATCHES):
        if not await database.run(DELETE_OLD_DELIVERIES, until=now - RETENTION):
            break
    for webhook_id in await database.all(SELECT_WEBHOOK_IDS):
        for _ in range(_MAX_BATCHES):
            if not await database.run(DELETE_SURPLUS_DELIVERIES, webhook_id=webhook_id, kept=MAX_DELIVERIES):
                break
