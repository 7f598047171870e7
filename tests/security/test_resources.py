"""S68-S73: limits of what one client may use. The flood of sign-ins (S67) is in `test_flood.py`."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.security.client import code, fresh_address
from tests.security.service import LIMITS
from tests.support.builders import new_post

pytestmark = pytest.mark.slow

ADDRESS_LIMIT = int(LIMITS["ADDRESS_LIMIT"])


def test_s68_no_header_of_a_client_changes_its_address(service):
    """X-Forwarded-For and its like are ignored from an untrusted peer; from a trusted one the rightmost untrusted counts."""
    names = itertools.cycle(("X-Forwarded-For", "Forwarded", "X-Real-IP", "CF-Connecting-IP", "X-Client-IP", "True-Client-IP"))
    with service.untrusted() as client:

        def spoof():
            name, address = next(names), fresh_address()
            return client.get("/api/v1/posts", headers={name: f"for={address}" if name == "Forwarded" else address})

        service.exhaust("ADDRESS_LIMIT", spoof)

    address = fresh_address()
    service.exhaust(
        "MAIL_REQUEST_LIMIT",
        lambda: service.post("/password-resets", {"email": service.new()["email"]}, address=f"{fresh_address()}, {address}"),
    )
    network = itertools.count(1)
    service.exhaust(
        "MAIL_REQUEST_LIMIT",
        lambda: service.post("/password-resets", {"email": service.new()["email"]}, address=f"2001:db8:7::{next(network):x}"),
    )
    other = service.post("/password-resets", {"email": service.new()["email"]}, address="2001:db8:8::1")
    assert other.status_code == 202


def test_s69_all_workers_count_together_and_go_on_without_the_shared_store(service, user):
    """A limit holds over all workers; while the store is down each worker enforces it, and users can still sign in."""
    address = fresh_address()
    many = [service.get("/posts", address=address).status_code for _ in range(ADDRESS_LIMIT + 5)]
    assert many.count(200) <= service.most("ADDRESS_LIMIT") + 1
    if service.most("ADDRESS_LIMIT") == ADDRESS_LIMIT:
        assert many[-1] == 429

    if service.valkey is not None:
        service.valkey.stop()
        try:
            assert service.try_to_sign_in(user.username).status_code == 201
            service.wait(lambda: service.is_without_store, "the warning of an outage")
            address = fresh_address()
            service.exhaust("ADDRESS_LIMIT", lambda: service.get("/posts", address=address))
        finally:
            service.valkey.start()
        service.wait(lambda: not service.is_without_store, "the reconnection")


def test_s70_a_refusal_says_when_to_come_back_and_is_right(service):
    """429 has Retry-After and the state of the limit, and a request at the promised moment is served."""
    address = fresh_address()
    refused = service.exhaust("ADDRESS_LIMIT", lambda: service.get("/posts", address=address))[-1]
    wait = int(refused.headers["Retry-After"])

    assert refused.headers["RateLimit-Policy"] == f'"address";q={ADDRESS_LIMIT};w=60'
    assert refused.headers["RateLimit"] == f'"address";r=0;t={wait}'
    assert 1 <= wait <= 2
    time.sleep(wait)
    answers = [service.get("/posts", address=address).status_code for _ in range(service.server.workers)]
    assert 200 in answers


def test_s71_what_is_kept_for_a_while_is_bounded(service, user):
    """The outbox keeps what is not delivered only, and idempotency keys are kept once each, for a day, of successes only."""
    service.settle()
    assert service.database.execute("SELECT count(*) FROM outbox")[0][0] == 0

    count = "SELECT count(*) FROM idempotency_keys WHERE scope LIKE ?"
    mine = (f"%{user.id}%",)
    before = service.database.execute(count, mine)[0][0]
    for number in range(3):
        key = {"Idempotency-Key": f"the-same-key-{user.id}-{number}", **user.headers}
        for _ in range(4):
            assert service.post("/posts", new_post(), headers=key).status_code == 201
        assert (
            service.post("/posts", {"title": ""}, headers={**key, "Idempotency-Key": f"invalid-key-{number:06}"}).status_code
            == 422
        )

    assert service.database.execute(count, mine)[0][0] - before == 3
    assert service.get(f"/users/{user.id}/posts").json()["total"] == 3
    rows = service.database.execute("SELECT max(expires_at) FROM idempotency_keys")
    assert datetime.fromisoformat(str(rows[0][0])).astimezone(UTC) <= datetime.now(UTC) + timedelta(days=1)


def test_s72_a_deep_page_and_a_broad_search_cost_little(service, admin):
    """The last page, the widest search and every sort cost no more than an ordinary request."""
    queries = [{"page": 1_000_000, "page_size": 100}, {"q": "c", "page_size": 100}, {"q": "checked", "sort": "-username"}]
    queries += [{"sort": sort, "page_size": 100} for sort in ("created_at", "-created_at", "username")]
    before = service.cpu_seconds()
    for params in queries:
        assert service.get("/users", params=params, headers=admin.headers).status_code == 200
    assert (service.cpu_seconds() - before) / len(queries) < 0.05


def test_s73_one_address_signs_up_few_users(service):
    """Sign-ups of one address are limited, and its other requests and other addresses are not affected."""
    address = fresh_address()

    service.exhaust("SIGN_UP_LIMIT", lambda: service.post("/users", service.new(), address=address))

    assert service.get("/posts", address=address).status_code == 200
    assert service.post("/users", service.new()).status_code == 201
    assert code(service.post("/users", service.new(), address=address)) == (429, "too-many-requests")
