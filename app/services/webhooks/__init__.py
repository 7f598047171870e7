"""Rules of webhooks, which administrators manage. `events` writes deliveries, `delivery` sends them."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from pydantic import MISSING

from app.call import Origin, Principal
from app.core.config import Settings
from app.core.database import Database, retry_on_conflict
from app.core.database.statements import Insertion
from app.core.errors import RequestBlocked
from app.core.http.addresses import parse_target
from app.models.audit import AuditEventType
from app.resources import Resources
from app.schemas.models import WebhookCreate, WebhookUpdate
from app.schemas.problems import (
    DisallowedWebhookUrl,
    InactiveWebhook,
    NotFound,
    PreconditionFailed,
    TooManyWebhooks,
)
from app.schemas.rows import (
    WebhookCreatedRow,
    WebhookDeliveryListRow,
    WebhookDeliveryRow,
    WebhookListRow,
    WebhookRow,
    WebhookSecretRow,
)
from app.services import audit
from app.services.audit import Details
from app.services.shared.pages import load_page
from app.services.shared.preconditions import matching_versions
from app.services.webhooks import events
from app.services.webhooks.queries import (
    DELETE_WEBHOOK,
    INSERT_WEBHOOK,
    MAX_WEBHOOKS,
    REDELIVER,
    ROTATE_SECRET,
    SELECT_DELIVERY_ID,
    SELECT_WEBHOOK,
    WEBHOOKS,
    Status,
    deliveries_listing,
    update_webhook,
)
from app.services.webhooks.signatures import PURPOSE, new_secret

PREVIOUS_SECRET_LIFETIME = timedelta(hours=24)  # the document says so too


async def get(database: Database, webhook_id: int) -> WebhookRow:
    """One webhook. Raises `NotFound`."""
    webhook = await database.one(SELECT_WEBHOOK, webhook_id=webhook_id)
    if webhook is None:
        raise NotFound(f"There is no webhook {webhook_id}.")
    return webhook


async def list(database: Database, number: int, size: int, cursor: str | None) -> WebhookListRow:
    """One page of webhooks, oldest first. Runs the statements of `load_page`. Raises `UnknownCursor`."""
    return WebhookListRow(*await load_page(database, WEBHOOKS, number, size, cursor))


async def create(
    resources: Resources, principal: Principal, new: WebhookCreate, origin: Origin | None = None
) -> WebhookCreatedRow:
    """Create a webhook; the row has its secret.

    Raises:
        DisallowedWebhookUrl: see `parse_target`.
        TooManyWebhooks: there are as many as there may be.
    """
    _require_allowed(resources.settings, new.url)
    now, secret = resources.now(), new_secret()
    try:
        webhook = await _store(
            resources,
            principal,
            origin,
            url=new.url,
            description=None if new.description is MISSING else new.description,
            events=" ".join(new.events),
            is_active=new.is_active,
            secret=resources.secrets.encrypt(PURPOSE, secret),
            available_at=now,
            created_at=now,
        )
    finally:  # even if the outcome of the write is unknown
        events.forget(resources)
    await events.read_again(resources)
    if webhook is None:
        raise TooManyWebhooks(f"There are {MAX_WEBHOOKS} webhooks; delete one first.")
    return WebhookCreatedRow(**msgspec.structs.asdict(webhook), secret=secret)


@retry_on_conflict
async def _store(resources: Resources, principal: Principal, origin: Origin | None, **values: object) -> WebhookRow | None:
    async with resources.database.transaction() as transaction:
        webhook = await transaction.one(INSERT_WEBHOOK, **values)
        if webhook is not None:
            await audit.record(transaction, _event("webhook.created", resources, principal, origin, webhook.id))
    return webhook


def _event(
    type_: AuditEventType, resources: Resources, principal: Principal, origin: Origin | None, webhook_id: int
) -> Insertion:
    details = Details(webhook_id=webhook_id)
    return audit.event(type_, resources.now(), origin, actor=principal.user_id, subject=None, details=details)


async def update(
    resources: Resources,
    principal: Principal,
    webhook_id: int,
    changes: WebhookUpdate,
    if_match: str | None,
    origin: Origin | None = None,
) -> WebhookRow:
    """Change the fields that were sent.

    Raises:
        DisallowedWebhookUrl: see `parse_target`.
        NotFound, PreconditionFailed: nothing was changed.
    """
    fields = changes.model_dump()  # without the fields that were not sent
    if "url" in fields:
        _require_allowed(resources.settings, fields["url"])
    if "events" in fields:
        fields["events"] = " ".join(fields["events"])
    statement = update_webhook(frozenset(fields))
    if fields.keys() & {"url", "is_active"}:
        fields["available_at"] = resources.now()
    version = await _version_to_change(resources.database, webhook_id, if_match)
    values: dict[str, object] = {f"new_{field}": value for field, value in fields.items()}
    try:
        values |= {"webhook_id": webhook_id, "version": version}
        event = _event("webhook.updated", resources, principal, origin, webhook_id)
        webhook = await resources.database.one_with(statement, values, event)
    finally:
        events.forget(resources)
    if webhook is None:
        await get(resources.database, webhook_id)
        raise _has_changed()
    await events.read_again(resources)
    resources.deliveries_added.set()
    return webhook


async def delete(
    resources: Resources, principal: Principal, webhook_id: int, if_match: str | None, origin: Origin | None = None
) -> None:
    """Delete a webhook with its deliveries. Raises `NotFound`, `PreconditionFailed`."""
    version = await _version_to_change(resources.database, webhook_id, if_match)
    event = _event("webhook.deleted", resources, principal, origin, webhook_id)
    values = {"webhook_id": webhook_id, "version": version}
    deleted = await resources.database.one_with(DELETE_WEBHOOK, values, event)
    if deleted is None:
        await get(resources.database, webhook_id)
        raise _has_changed()
    await events.read_again(resources)


async def rotate_secret(
    resources: Resources, principal: Principal, webhook_id: int, origin: Origin | None = None
) -> WebhookSecretRow:
    """Create a new secret; the previous one signs as well for a while. Raises `NotFound`."""
    until, secret = resources.now() + PREVIOUS_SECRET_LIFETIME, new_secret()
    encrypted = resources.secrets.encrypt(PURPOSE, secret)
    event = _event("webhook.secret-rotated", resources, principal, origin, webhook_id)
    values = {"webhook_id": webhook_id, "new_secret": encrypted, "new_previous_expires_at": until}
    rotated = await resources.database.one_with(ROTATE_SECRET, values, event)
    if rotated is None:
        raise NotFound(f"There is no webhook {webhook_id}.")
    return WebhookSecretRow(secret, until)


async def list_deliveries(
    database: Database, webhook_id: int, number: int, size: int, cursor: str | None, status: Status | None
) -> WebhookDeliveryListRow:
    """One page of the deliveries of a webhook, newest first. Runs the statements of `load_page`; one more if there are none.

    Raises:
        NotFound: the webhook does not exist.
        UnknownCursor: the cursor was not issued for this list.
    """
    page = await load_page(database, deliveries_listing(status), number, size, cursor, webhook_id=webhook_id)
    if page.total == 0:
        await get(database, webhook_id)
    return WebhookDeliveryListRow(*page)


async def redeliver(
    resources: Resources, principal: Principal, delivery_id: int, origin: Origin | None = None
) -> WebhookDeliveryRow:
    """Make a delivery due now, whatever became of it.

    Raises:
        NotFound: the delivery does not exist any more.
        InactiveWebhook: nothing is delivered to its webhook.
    """
    delivery = await _redeliver(resources, principal, delivery_id, origin)
    if delivery is None:
        if await resources.database.one(SELECT_DELIVERY_ID, delivery_id=delivery_id) is None:
            raise NotFound(f"There is no delivery {delivery_id}.")
        raise InactiveWebhook("The webhook is not active.")
    resources.deliveries_added.set()
    return delivery


@retry_on_conflict
async def _redeliver(
    resources: Resources, principal: Principal, delivery_id: int, origin: Origin | None
) -> WebhookDeliveryRow | None:
    async with resources.database.transaction() as transaction:
        delivery = await transaction.one(REDELIVER, delivery_id=delivery_id, now=resources.now())
        if delivery is not None:
            event = _event("webhook.redelivered", resources, principal, origin, delivery.webhook_id)
            await audit.record(transaction, event)
    return delivery


def _require_allowed(settings: Settings, url: str) -> None:
    try:
        parse_target(url, allow_private=settings.webhook_allow_private)
    except RequestBlocked as error:
        raise DisallowedWebhookUrl(str(error)) from None


async def _version_to_change(database: Database, webhook_id: int, if_match: str | None) -> int | None:
    """The version that may be changed; None: any."""
    webhook = await get(database, webhook_id)
    versions = matching_versions(if_match)
    if versions is None:
        return None
    if webhook.version not in versions:
        raise _has_changed()
    return webhook.version


def _has_changed() -> PreconditionFailed:
    return PreconditionFailed("The webhook has changed; read it again.")
