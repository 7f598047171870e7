"""Handlers tagged `webhooks`."""

from app.call import SignedIn
from app.schemas.models import WebhookCreate, WebhookUpdate
from app.schemas.operations import (
    CreateWebhook,
    DeleteWebhook,
    GetWebhook,
    ListWebhookDeliveries,
    ListWebhooks,
    RedeliverWebhook,
    RotateWebhookSecret,
    UpdateWebhook,
)
from app.services import webhooks
from app.services.shared.preconditions import etag
from app.services.webhooks.queries import Status


@ListWebhooks
async def list_webhooks(call: SignedIn, page: int, page_size: int, cursor: str | None) -> ListWebhooks.OK:
    return ListWebhooks.OK(await webhooks.list(call.replica, page, page_size, cursor))


@CreateWebhook
async def create_webhook(call: SignedIn, body: WebhookCreate) -> CreateWebhook.Created:
    webhook = await webhooks.create(call.resources, call.principal, body, call.origin)
    return CreateWebhook.Created(webhook, location=GetWebhook.path(webhook_id=webhook.id), etag=etag(webhook.version))


@GetWebhook
async def get_webhook(call: SignedIn, webhook_id: int) -> GetWebhook.OK:
    webhook = await webhooks.get(call.replica, webhook_id)
    return GetWebhook.OK(webhook, etag=etag(webhook.version))


@UpdateWebhook
async def update_webhook(call: SignedIn, webhook_id: int, if_match: str | None, body: WebhookUpdate) -> UpdateWebhook.OK:
    webhook = await webhooks.update(call.resources, call.principal, webhook_id, body, if_match, call.origin)
    return UpdateWebhook.OK(webhook, etag=etag(webhook.version))


@DeleteWebhook
async def delete_webhook(call: SignedIn, webhook_id: int, if_match: str | None) -> DeleteWebhook.NoContent:
    await webhooks.delete(call.resources, call.principal, webhook_id, if_match, call.origin)
    return DeleteWebhook.NoContent()


@RotateWebhookSecret
async def rotate_webhook_secret(call: SignedIn, webhook_id: int) -> RotateWebhookSecret.OK:
    return RotateWebhookSecret.OK(await webhooks.rotate_secret(call.resources, call.principal, webhook_id, call.origin))


@ListWebhookDeliveries
async def list_webhook_deliveries(
    call: SignedIn, webhook_id: int, page: int, page_size: int, cursor: str | None, status: Status | None
) -> ListWebhookDeliveries.OK:
    found = await webhooks.list_deliveries(call.replica, webhook_id, page, page_size, cursor, status)
    return ListWebhookDeliveries.OK(found)


@RedeliverWebhook
async def redeliver_webhook(call: SignedIn, delivery_id: int) -> RedeliverWebhook.Accepted:
    delivery = await webhooks.redeliver(call.resources, call.principal, delivery_id, call.origin)
    return RedeliverWebhook.Accepted(delivery)
