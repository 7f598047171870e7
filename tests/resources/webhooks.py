"""Webhooks: what their tests need beyond the document."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.contract.contract import BY_ID
from tests.contract.wire import Answer, Request
from tests.contract.world import World
from tests.support.access import ALIKE

if TYPE_CHECKING:  # these can be imported within a pass only
    from tests.contract.fuzz.arrange import Arranged
    from tests.contract.fuzz.checks import Listed

COSTS = {
    "listWebhooks": 1 + 1,
    "createWebhook": 1 + 3,  # the webhook, the audit event, and which events are wanted now
    "getWebhook": 1 + 1,
    "updateWebhook": 1 + 4,
    "deleteWebhook": 1 + 4,
    "rotateWebhookSecret": 1 + 2,
    "listWebhookDeliveries": 1 + 1,
    "redeliverWebhook": 1 + 2,
}
EVENTS = {
    "createWebhook": ["webhook.created"],
    "updateWebhook": ["webhook.updated"],
    "deleteWebhook": ["webhook.deleted"],
    "rotateWebhookSecret": ["webhook.secret-rotated"],
    "redeliverWebhook": ["webhook.redelivered"],
}
ACCESS = {
    "listWebhooks": ALIKE,
    "createWebhook": ALIKE,
    "getWebhook": ALIKE,
    "updateWebhook": ALIKE,
    "deleteWebhook": ALIKE,
    "rotateWebhookSecret": ALIKE,
    "listWebhookDeliveries": ALIKE,
    "redeliverWebhook": ALIKE,
}
FLOORS = {"listWebhooks": 0.5, "createWebhook": 0.4, "updateWebhook": 0.3}

# --- requests that succeed, and those that a rule refuses

URL = "https://example.com/hooks"
DISALLOWED = "http://example.com/"
WORLD = {"createWebhook": {"body": {"url": URL, "events": ["post.updated"]}}}


def _cause_a_delivery(client: Any, headers: dict[str, str]) -> None:
    assert client.patch("/api/v1/posts/1", json={"title": "On compilers"}, headers=headers).status_code == 200


STORE = {"createWebhook": _cause_a_delivery}


def _create(world: World, url: str = URL) -> Answer:
    body = {"url": url, "events": ["user.deleted"], "is_active": False}
    request = Request.of(BY_ID["createWebhook"], world.tokens["admin"])
    return request.saying(json.dumps(body).encode()).send(world.port)


def _delete(world: World, webhook_id: int) -> Answer:
    return Request.of(BY_ID["deleteWebhook"], world.tokens["admin"], webhook_id=str(webhook_id)).send(world.port)


def _delete_a_new_one(world: World) -> Answer:
    return _delete(world, json.loads(_create(world).body)["id"])


def _create_too_many(world: World) -> Answer:
    created = []
    while (answer := _create(world)).status == 201:
        created.append(json.loads(answer.body)["id"])
    for webhook_id in created:
        _delete(world, webhook_id)
    return answer


def _update(world: World, **changes: object) -> Answer:
    request = Request.of(BY_ID["updateWebhook"], world.tokens["admin"], webhook_id="1")
    return request.saying(json.dumps(changes).encode()).send(world.port)


def _redeliver(world: World) -> Answer:
    return Request.of(BY_ID["redeliverWebhook"], world.tokens["admin"], delivery_id="1").send(world.port)


def _redeliver_to_an_inactive_one(world: World) -> Answer:
    _update(world, is_active=False)
    answer = _redeliver(world)
    _update(world, is_active=True)
    return answer


RECIPES = {
    ("createWebhook", 201, ""): _create,
    ("createWebhook", 409, "disallowed-webhook-url"): lambda world: _create(world, DISALLOWED),
    ("createWebhook", 409, "too-many-webhooks"): _create_too_many,
    ("updateWebhook", 409, "disallowed-webhook-url"): lambda world: _update(world, url=DISALLOWED),
    ("deleteWebhook", 204, ""): _delete_a_new_one,
    ("redeliverWebhook", 202, ""): _redeliver,
    ("redeliverWebhook", 409, "inactive-webhook"): _redeliver_to_an_inactive_one,
}

SECRETS = {"createWebhook": ["secret"], "rotateWebhookSecret": ["secret"]}

# --- what the fuzz meets


def _make_room(found: Arranged) -> None:
    """There are not too many yet, and most URLs are HTTPS."""
    found.database.execute("DELETE FROM webhooks WHERE id > 60")
    _secure(found)


def _secure(found: Arranged) -> None:
    if isinstance(url := found.body.get("url"), str) and found.turn % 4:
        found.case.body = {**found.body, "url": url.replace("http://", "https://", 1)}


def _use_a_disallowed_url(found: Arranged) -> None:
    found.case.body = {**found.body, "url": DISALLOWED}


def _activate(found: Arranged) -> None:
    """The webhook of a delivery is active, in three of four cases."""
    found.database.execute(
        "UPDATE webhooks SET is_active = ? WHERE id = (SELECT webhook_id FROM webhook_deliveries WHERE id = ?)",
        (found.turn % 4 != 3, found.number("delivery_id")),
    )


ARRANGE = {"createWebhook": _make_room, "updateWebhook": _secure, "redeliverWebhook": _activate}
RULES = {"updateWebhook": _use_a_disallowed_url}


def _webhook(number: int) -> dict[str, Any]:
    """Wants the rarest event."""
    return {"url": f"https://example.com/{number}", "events": "user.deleted", "is_active": number % 2 == 1}


def _delivery(number: int) -> dict[str, Any]:
    """Young enough not to be deleted."""
    created = datetime.now(UTC).isoformat(timespec="microseconds")
    sent = {"message_id": f"msg_{number:032x}", "event": "user.deleted", "payload": "{}"}
    return {**sent, "status": "failed", "created_at": created}


ROWS = {"webhooks": _webhook, "webhook_deliveries": _delivery}


def _of_the_webhook(item: dict[str, Any], listed: Listed) -> Iterator[str]:
    if item["webhook_id"] != listed.path["webhook_id"]:
        yield f"a delivery to {item['webhook_id']}"


ITEMS = {"listWebhookDeliveries": _of_the_webhook}

# --- texts that must be refused, and texts that must not

_WRONG_URLS = [
    *("https://", "ftp://example.com/", "https://user:secret@example.com/", "https://example.com/#part", "//example.com/"),
    *("https://ex ample.com/", "https://example.com:0/", "https://-a.example/", "https://example.com/\n", "https://\u00e9.fr/"),
    *("https://example.com/" + "a" * 1981, "javascript:alert(1)", "https://example.com\\@a/", "https://example.com/\0"),
]
_RIGHT_URLS = [
    *("https://a.example", "https://a.example:443/", "https://a.example:8443/a?b=c&d", "https://xn--caf-dma.example/a;b=(c)"),
    "https://example.com/" + "a" * 1980,
]
WRONG = {
    "createWebhook body /url": _WRONG_URLS,
    "updateWebhook body /url": _WRONG_URLS,
    "createWebhook body /description": ["\0", "a" * 201],
    "updateWebhook body /description": ["\0", "a" * 201],
}
RIGHT = {
    "createWebhook body /url": _RIGHT_URLS,
    "updateWebhook body /url": _RIGHT_URLS,
    "createWebhook body /description": ["", "\U0001f600" * 200],
    "updateWebhook body /description": ["", "\U0001f600" * 200],
}
