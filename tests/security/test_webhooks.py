"""S87-S89: requests of the service to addresses that users choose."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from tests.security.client import code
from tests.support.servers.receiver import Receiver, status

pytestmark = [pytest.mark.slow, pytest.mark.anyio]

SECONDS = 20


def create(service, admin, url, *events: str):
    """A new webhook."""
    created = service.post("/webhooks", {"url": url, "events": events or ["post.updated"]}, headers=admin.headers)
    assert created.status_code == 201, created.text
    return created.json()


def deliveries(service, admin, webhook):
    """The deliveries to a webhook."""
    return service.get(f"/webhooks/{webhook['id']}/deliveries", headers=admin.headers).json()["deliveries"]


async def until_sent(service, admin, webhook, post):
    """Change a post until the workers know of the webhook, which takes up to two seconds; then wait for an attempt."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        found = await asyncio.to_thread(deliveries, service, admin, webhook)
        if any(delivery["attempts"] for delivery in found):
            return
        if not found:
            await asyncio.to_thread(service.patch, f"/posts/{post['id']}", {"title": "Sent"}, headers=admin.headers)
        await asyncio.sleep(0.1)
    raise AssertionError("nothing was sent")


def is_signed(request, secret):
    """Whether a receiver would accept the signature of Standard Webhooks."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode(), request.body])
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return wanted in request.headers["webhook-signature"].split(" ")


def remove(service, *webhooks: dict[str, Any]):
    """Delete webhooks, so that no later check sends to them."""
    for webhook in webhooks:
        service.database.execute("DELETE FROM webhooks WHERE id = ?", (webhook["id"],))


DISALLOWED = [
    *("http://example.com/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest"),
    *("https://[::ffff:7f00:1]/", "https://example.com:22/", "https://0.0.0.0/", "https://192.168.1.1:8443/"),
]
NO_URL = ["ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1/", "https://a:b@example.com/", "https://", "//a"]


async def test_s87_no_webhook_reaches_a_private_address(production):
    """Private, loopback and metadata addresses and other schemes are refused, and again when a name leads there at delivery."""
    admin = production.sign_up_admin()
    for url in DISALLOWED:
        refused = production.post("/webhooks", {"url": url, "events": ["post.updated"]}, headers=admin.headers)
        assert code(refused) == (409, "disallowed-webhook-url"), url
    for url in NO_URL:
        refused = production.post("/webhooks", {"url": url, "events": ["post.updated"]}, headers=admin.headers)
        assert code(refused) == (422, "unprocessable-content"), url
    async with Receiver() as receiver:
        # As a name whose address changes after it was checked: the text is allowed, the address is not.
        rebound = create(production, admin, f"https://localhost:{receiver.port}/hook")
        await until_sent(production, admin, rebound, production.write(admin))

        [delivery, *_] = deliveries(production, admin, rebound)
        assert "not public" in delivery["error"]
        assert str(delivery["response_status"]) == "None"
        assert (receiver.requests, receiver.at_once) == ([], 0)
    remove(production, rebound)


async def test_s87_a_redirect_is_not_followed(service, admin):
    """A receiver cannot lead the service elsewhere."""
    async with Receiver() as inner, Receiver(status(307, f"Location: {inner.url}")) as receiver:
        webhook = create(service, admin, receiver.url)
        await until_sent(service, admin, webhook, service.write(admin))

        [delivery, *_] = deliveries(service, admin, webhook)
        assert delivery["response_status"] == 307
        assert inner.requests == []
    remove(service, webhook)


async def test_s88_an_event_is_signed_over_its_id_its_time_and_its_body(service, admin):
    """The signature covers id, time and body, the time bounds a replay, and after a rotation both secrets sign."""
    async with Receiver() as receiver:
        webhook = create(service, admin, receiver.url)
        post = service.write(admin)
        await until_sent(service, admin, webhook, post)
        [first, *_] = list(receiver.requests)
        rotated = service.post(f"/webhooks/{webhook['id']}/secrets", headers=admin.headers).json()
        before = len(receiver.requests)
        await asyncio.to_thread(service.patch, f"/posts/{post['id']}", {"title": "Rotated"}, headers=admin.headers)
        last = (await receiver.wait_for(before + 1))[-1]

    assert is_signed(first, webhook["secret"])
    for forged in (
        first._replace(body=first.body + b" "),
        first._replace(headers={**first.headers, "webhook-id": "msg_" + "0" * 32}),
        first._replace(headers={**first.headers, "webhook-timestamp": str(int(first.headers["webhook-timestamp"]) + 1)}),
    ):
        assert not is_signed(forged, webhook["secret"])
    assert abs(int(first.headers["webhook-timestamp"]) - time.time()) < 60
    assert json.loads(first.body)["data"]["id"] == post["id"]
    assert is_signed(last, webhook["secret"])
    assert is_signed(last, rotated["secret"])
    shown = service.get(f"/webhooks/{webhook['id']}", headers=admin.headers).text
    assert webhook["secret"] not in shown
    assert rotated["secret"] not in shown
    remove(service, webhook)


async def test_s89_a_slow_receiver_and_a_huge_response_delay_no_other(service, admin):
    """While one receiver does not answer and another answers without end, a third gets its events."""
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n" + b"x" * 1_000_000
    async with Receiver(delay=60) as slow, Receiver(endless) as huge, Receiver() as good:
        webhooks = [create(service, admin, receiver.url) for receiver in (slow, huge, good)]
        await until_sent(service, admin, webhooks[-1], service.write(admin))

        assert good.requests
        assert not [delivery for delivery in deliveries(service, admin, webhooks[0]) if delivery["attempts"]]
        before = time.monotonic()
        assert service.get("/posts").status_code == 200
        assert time.monotonic() - before < SECONDS
        remove(service, *webhooks)
