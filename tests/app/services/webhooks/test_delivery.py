"""Deliveries, by a real worker to real receivers on loopback: signatures, retries, deactivation, isolation."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from app.core.errors import RequestFailed
from app.core.http import client as client_module
from app.resources import connected, make_resources
from app.schemas.models import PostCreate, WebhookUpdate
from app.schemas.problems import InactiveWebhook, NotFound
from app.services import posts, webhooks
from app.services.webhooks import delivery, dispatcher, signatures
from app.services.webhooks.delivery import CONCURRENCY, DELAYS, FAILING, LEASE, RETENTION
from app.worker import working
from tests.app.services.webhooks.conftest import ADMIN, subscribed
from tests.app.worker.working import until
from tests.support.databases import query
from tests.support.servers.receiver import NO_CONTENT, Receiver, status

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("webhook")]


async def publish(resources, title="t"):
    return await posts.create(resources, ADMIN, PostCreate(title=title, content="c"))


async def listed(resources, webhook, status=None):
    return (await webhooks.list_deliveries(resources.database, webhook.id, 1, 100, None, status)).deliveries


@asynccontextmanager
async def at_work(resources):
    async with working(resources, None):
        yield


async def settled(resources, webhook, attempts=1):
    """The newest delivery, after that many attempts."""

    async def attempted():
        return [found for found in (await listed(resources, webhook))[:1] if found.attempts >= attempts]

    return (await until(attempted, "the attempt"))[0]


async def attempt(resources, count=1):
    """Rounds of a worker, without its waiting."""
    client = client_module.GuardedClient(allow_private=True)
    for _ in range(count):
        for webhook in await delivery.claim(resources.database, "worker", resources.now(), 100):
            await delivery.send_due(resources, client, "worker", webhook)


def is_signed(request, secret):
    """Whether a request has a valid signature, computed as the receiver does."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join([request.headers["webhook-id"].encode(), request.headers["webhook-timestamp"].encode(), request.body])
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return expected in request.headers["webhook-signature"].split(" ")


class TestSignatures:
    async def test_the_signature_is_that_of_the_reference_implementation(self):
        """The example of Standard Webhooks' libraries."""
        headers = signatures.signed_headers(
            ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            datetime.fromtimestamp(1614265330, UTC),
            b'{"test": 2432232314}',
        )

        assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    async def test_a_worker_sends_the_event_signed_over_id_time_and_body(self, resources, receiver, webhook, clock):
        async with at_work(resources):
            post = await publish(resources)
            [request] = await receiver.wait_for(1)
            found = await settled(resources, webhook)

        assert is_signed(request, webhook.secret)
        assert not is_signed(request._replace(body=request.body + b" "), webhook.secret)
        assert int(request.headers["webhook-timestamp"]) == int(clock().timestamp())
        assert request.headers["content-type"] == "application/json"
        assert json.loads(request.body)["data"]["id"] == post.id
        assert (found.status, found.response_status, found.error, found.next_attempt_at) == ("succeeded", 204, None, None)
        assert found.message_id == request.headers["webhook-id"]

    async def test_after_a_rotation_both_secrets_sign_for_a_day(self, resources, receiver, webhook, clock):
        rotated = await webhooks.rotate_secret(resources, ADMIN, webhook.id)
        for hours in (0, 23.9, 0.1):
            clock.advance(hours=hours)
            await publish(resources)
            await attempt(resources)

        assert rotated.secret != webhook.secret
        assert [is_signed(request, rotated.secret) for request in receiver.requests] == [True, True, True]
        assert [is_signed(request, webhook.secret) for request in receiver.requests] == [True, True, False]

    async def test_secrets_are_encrypted_at_rest(self, resources, webhook):
        await webhooks.rotate_secret(resources, ADMIN, webhook.id)
        [stored] = query(resources.settings.database_url, "SELECT secret, previous_secret FROM webhooks")

        assert webhook.secret not in str(stored)
        assert resources.secrets.decrypt("webhook", stored[1]) == webhook.secret


class TestRetries:
    async def test_a_failed_attempt_is_repeated_later_with_the_same_id_and_body_and_another_time(
        self, resources, receiver, webhook, clock
    ):
        receiver.answers = [status(500), status(302, "Location: /"), NO_CONTENT]
        await publish(resources)

        for delay in (timedelta(), *DELAYS[:2]):
            clock.time += delay - timedelta(microseconds=1)
            await attempt(resources)
            clock.time += timedelta(microseconds=1)
            await attempt(resources, 2)

        first, *others = receiver.requests
        assert len(others) == 2
        assert {(request.headers["webhook-id"], request.body) for request in others} == {
            (first.headers["webhook-id"], first.body)
        }
        assert len({request.headers["webhook-timestamp"] for request in receiver.requests}) == 3
        assert all(is_signed(request, webhook.secret) for request in receiver.requests)
        assert (await settled(resources, webhook, 3)).status == "succeeded"

    async def test_after_the_last_attempt_it_has_failed_and_can_be_redelivered(self, resources, receiver, webhook, clock):
        receiver.answers = [status(503)]
        await publish(resources)
        for delay in (timedelta(), *DELAYS):
            clock.time += delay
            await attempt(resources)
        [failed] = await listed(resources, webhook, "failed")

        receiver.answers = [NO_CONTENT]
        again = await webhooks.redeliver(resources, ADMIN, failed.id)
        clock.advance(minutes=5)
        await attempt(resources)

        assert (failed.attempts, failed.response_status, failed.error) == (10, 503, "The response was 503.")
        assert (again.status, again.attempts, again.message_id) == ("pending", 0, failed.message_id)
        assert (await settled(resources, webhook)).status == "succeeded"
        assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1

    async def test_what_a_killed_worker_had_claimed_is_sent_by_another(self, resources, receiver, clock):
        await publish(resources)
        await delivery.claim(resources.database, "killed", clock(), 10)

        await attempt(resources)
        held = len(receiver.requests)
        clock.time += LEASE
        await attempt(resources)

        assert (held, len(receiver.requests)) == (0, 1)

    async def test_a_stopped_worker_releases_what_it_had_claimed(self, resources, receiver, webhook, monkeypatch):
        monkeypatch.setattr(dispatcher, "GRACE_SECONDS", 0.05)
        receiver.delay = 5
        async with at_work(resources):
            await publish(resources)
            await receiver.wait_for(1)
        receiver.delay = 0

        await attempt(resources)

        assert (await settled(resources, webhook)).status == "succeeded"

    async def test_two_workers_do_not_send_to_one_receiver_at_the_same_time(self, settings, resources, receiver, webhook):
        receiver.delay = 0.02
        for _ in range(20):
            await publish(resources)
        async with connected(make_resources(settings, resources.now)) as other, at_work(resources), at_work(other):
            await receiver.wait_for(20)

            async def all_recorded():
                return len(await listed(resources, webhook, "succeeded")) == 20

            await until(all_recorded)

        assert len(receiver.requests) == 20
        assert receiver.at_once <= CONCURRENCY


class TestDeactivation:
    async def test_410_deactivates_the_webhook(self, resources, receiver, webhook):
        receiver.answers = [status(410)]
        await publish(resources)

        with capture_logs() as logs:
            await attempt(resources)

        found = await webhooks.get(resources.database, webhook.id)
        assert (found.is_active, found.disabled_reason, found.version) == (False, "gone", 2)
        assert [line["event"] for line in logs] == ["webhook deactivated"]
        with pytest.raises(InactiveWebhook):
            await webhooks.redeliver(resources, ADMIN, 1)

    async def test_five_days_of_nothing_but_failures_deactivate_it_and_one_success_counts_anew(
        self, resources, receiver, webhook, clock
    ):
        async def fail(after):
            clock.time += after
            await publish(resources)
            await attempt(resources)
            return (await webhooks.get(resources.database, webhook.id)).disabled_reason

        receiver.answers = [status(500)]
        reasons = [await fail(timedelta()), await fail(FAILING / 2)]
        receiver.answers = [NO_CONTENT]
        reasons.append(await fail(FAILING / 4))
        receiver.answers = [status(500)]
        reasons += [
            await fail(timedelta(hours=1)),
            await fail(FAILING - timedelta(seconds=1)),
            await fail(timedelta(minutes=6)),
        ]

        assert reasons == [None] * 5 + ["failing"]

    async def test_activating_it_resumes_what_is_pending_at_once(self, resources, receiver, webhook, clock):
        receiver.answers = [status(410), NO_CONTENT]
        await publish(resources)
        await attempt(resources)
        clock.time += DELAYS[0]
        await attempt(resources)
        silent = len(receiver.requests)

        active = await webhooks.update(resources, ADMIN, webhook.id, WebhookUpdate(is_active=True), None)
        await attempt(resources)

        assert (silent, active.disabled_reason) == (1, None)
        assert (await settled(resources, webhook, 2)).status == "succeeded"

    async def test_a_failure_of_the_old_url_does_not_deactivate_the_new_one(self, resources, receiver, webhook, clock):
        await publish(resources)
        [claimed] = await delivery.claim(resources.database, "worker", clock(), 10)
        receiver.answers = [status(410)]
        await webhooks.update(resources, ADMIN, webhook.id, WebhookUpdate(url=receiver.url), None)

        client = client_module.GuardedClient(allow_private=True)
        await delivery.send_due(resources, client, "worker", claimed)

        assert (await webhooks.get(resources.database, webhook.id)).is_active


class TestIsolation:
    async def test_slow_and_huge_receivers_delay_no_other(self, resources, receiver):
        """S89."""
        huge = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 10_000_000
        async with Receiver(delay=60) as slow, Receiver(huge) as large:
            for other in (slow, large):
                await subscribed(resources, other.url, "post.created")
            async with at_work(resources):
                began = time.monotonic()
                for _ in range(20):
                    await publish(resources)
                await receiver.wait_for(20)
                took = time.monotonic() - began

            assert slow.at_once <= CONCURRENCY
        assert took < 5

    async def test_a_private_address_is_refused_at_delivery_whatever_was_stored(self, settings, resources, receiver, webhook):
        """S87: the setting or the name may have changed since."""
        await publish(resources)
        strict = settings.model_copy(update={"webhook_allow_private": False})
        url = receiver.url.replace("http:", "https:").replace("127.0.0.1", "localhost")
        query(settings.database_url, "UPDATE webhooks SET url = ?", url)

        async with connected(make_resources(strict, resources.now)) as other, at_work(other):
            found = await settled(resources, webhook)

        assert (found.status, found.error) == ("pending", "The host localhost has an address that is not public.")
        assert receiver.at_once == 0

    async def test_a_bug_of_the_client_is_survived(self, resources, receiver, monkeypatch):
        failures = [RuntimeError("bug")]

        class Client(client_module.GuardedClient):
            async def post(self, url, headers, content):
                if failures:
                    raise failures.pop()
                return await super().post(url, headers, content)

        monkeypatch.setattr(client_module, "GuardedClient", Client)
        monkeypatch.setattr(delivery, "LEASE", timedelta())
        async with at_work(resources):
            await publish(resources)
            await receiver.wait_for(1)


class TestBounds:
    async def test_old_deliveries_and_those_beyond_the_maximum_are_deleted(self, resources, webhook, clock, monkeypatch):
        monkeypatch.setattr(delivery, "MAX_DELIVERIES", 3)
        await publish(resources)
        clock.time += RETENTION - timedelta(seconds=1)
        for _ in range(2):
            await publish(resources)
        await delivery.delete_old(resources.database, clock())
        before = [found.id for found in await listed(resources, webhook)]
        clock.advance(seconds=1)
        await delivery.delete_old(resources.database, clock())
        for _ in range(3):
            await publish(resources)
        await delivery.delete_old(resources.database, clock())

        assert before == [3, 2, 1]
        assert [found.id for found in await listed(resources, webhook)] == [6, 5, 4]

    async def test_what_a_wrong_clock_has_scheduled_is_made_due(self, resources, receiver, clock):
        receiver.answers = [status(500), NO_CONTENT]
        right = clock()
        clock.advance(days=400)
        await publish(resources)
        await attempt(resources)
        clock.time = right

        await delivery.delete_old(resources.database, clock())
        await attempt(resources)

        assert len(receiver.requests) == 2

    async def test_a_lease_is_longer_than_a_batch_can_take(self):
        rounds = delivery.BATCH / CONCURRENCY
        assert timedelta(seconds=rounds * client_module.TOTAL_SECONDS + 30) < LEASE

    async def test_an_error_is_one_bounded_printable_line(self, resources, webhook):
        class Client:
            async def post(self, *_: object) -> int:
                raise RequestFailed("\x1b[2J\n" + "x" * 1000)

        await publish(resources)
        [claimed] = await delivery.claim(resources.database, "worker", resources.now(), 10)
        await delivery.send_due(resources, Client(), "worker", claimed)

        error = (await settled(resources, webhook)).error
        assert error is not None
        assert len(error) == 200
        assert error.startswith(r"\x1b[2J\nxx")

    async def test_an_unknown_delivery_or_webhook_is_not_found(self, resources):
        with pytest.raises(NotFound):
            await webhooks.redeliver(resources, ADMIN, 7)
        with pytest.raises(NotFound):
            await webhooks.rotate_secret(resources, ADMIN, 7)
        with pytest.raises(NotFound):
            await webhooks.list_deliveries(resources.database, 7, 1, 10, None, None)
