"""What a scrape says of requests, resources and what waits in the database."""

from __future__ import annotations

from datetime import timedelta
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from accord.errors import ContractViolation
from app.core.clock import utc_now
from app.core.database.sqlite.connection import DIALECT
from app.core.errors import ServiceUnavailable
from app.metrics import backlog
from app.metrics.families import BOUNDS, DURATION
from tests.app.metrics.scraping import Scrape, monitored
from tests.support.builders import new_user, signed_in, stored_post
from tests.support.databases import query


@pytest.fixture
def template(sqlite_template):
    """Only what waits in the database depends on it."""
    return sqlite_template


@pytest.fixture
def running(settings):
    with monitored(settings) as running:
        yield running


def count(scrape: Scrape, operation: str, method: str, status: int) -> float:
    return scrape[f"{DURATION}_count", {"operation": operation, "method": method, "status": str(status)}]


class TestRequests:
    def test_are_counted_by_operation_method_and_status(self, running):
        client, port = running
        for path in ("/health", "/health", "/api/v1/user-profiles/999", "/nowhere"):
            client.get(path)
        client.post("/api/v1/users", json={})
        client.request("PROPFIND", "/health")

        scrape = Scrape(port)

        assert count(scrape, "getHealth", "GET", 200) == 2
        assert count(scrape, "getUserProfile", "GET", 404) == 1
        assert count(scrape, "createUser", "POST", 422) == 1
        assert count(scrape, "", "GET", 404) == 1
        assert count(scrape, "", "other", 405) == 1

    def test_durations_are_a_histogram(self, running):
        client, port = running
        for _ in range(3):
            client.get("/health")

        scrape = Scrape(port)
        labels = {"operation": "getHealth", "method": "GET", "status": "200"}
        buckets = [scrape[f"{DURATION}_bucket", {**labels, "le": bound}] for bound in [*map(str, BOUNDS), "+Inf"]]

        assert buckets == sorted(buckets)
        assert buckets[-1] == count(scrape, "getHealth", "GET", 200) == 3
        assert 0 < scrape[f"{DURATION}_sum", labels] < 3 * BOUNDS[-1]

    def test_over_a_limit_are_counted_by_the_limit(self, settings):
        with monitored(settings.model_copy(update={"address_limit": 1})) as (client, port):
            for _ in range(3):
                client.get("/api/v1/posts")

            assert Scrape(port)["accord_rate_limited_requests_total", {"limit": "address"}] == 2

    def test_that_fail_are_counted_as_errors_or_violations(self, running, monkeypatch):
        client, port = running
        for error in (ValueError("a bug"), ContractViolation("not what the document says")):
            monkeypatch.setattr("app.services.profiles.get", raising(error))
            assert client.get("/api/v1/user-profiles/1").status_code == 500

        scrape = Scrape(port)

        assert scrape["accord_unexpected_errors_total", {"operation": "getUserProfile"}] == 1
        assert scrape["accord_contract_violations_total", {"operation": "getUserProfile"}] == 1


def raising(error: Exception):
    async def fail(*_: object):
        raise error

    return fail


class TestResources:
    def test_the_cache_counts_hits_and_misses(self, settings):
        with monitored(settings.model_copy(update={"cache": "memory"})) as (client, port):
            for _ in range(3):
                client.get("/api/v1/posts")
            scrape = Scrape(port)

        assert (scrape["accord_cache_hits_total"], scrape["accord_cache_misses_total"]) == (2, 1)

    def test_the_database_says_how_busy_it_is(self, running):
        client, port = running
        client.post("/api/v1/users", json=new_user())

        scrape, primary = Scrape(port), {"database": "primary"}

        assert scrape["accord_database_connections", primary] >= 1
        assert scrape["accord_database_waiting", primary] == 0

    def test_password_hashes_say_how_many_wait_and_were_rejected(self, running):
        client, port = running
        client.app.state.resources.passwords.waiting = 3
        client.app.state.resources.passwords.rejected = 2

        assert Scrape(port)["accord_password_hashes_waiting"] == 3
        assert Scrape(port)["accord_password_hashes_rejected_total"] == 2

    def test_the_process_is_described(self, running):
        scrape = Scrape(running[1])

        worker = {"worker": "0"}
        assert scrape["process_resident_memory_bytes", worker] > 10e6
        assert scrape["process_cpu_seconds_total", worker] > 0
        assert scrape["process_open_fds", worker] > 3
        assert scrape["accord_processes"] == 1
        assert "accord_build_info" in scrape.names


class TestBacklog:
    @pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
    def template(self, request):
        return request.getfixturevalue(f"{request.param}_template")

    def test_mails_that_wait_and_dead_ones_are_counted(self, running, settings):
        client, port = running
        for _ in range(3):
            client.post("/api/v1/users", json=new_user())
        before = utc_now() - timedelta(hours=1)
        query(settings.database_url, "UPDATE outbox SET failed_at = ? WHERE id = 1", stored(settings, before))
        query(settings.database_url, "UPDATE outbox SET created_at = ? WHERE id = 2", stored(settings, before))

        scrape = Scrape(port)

        assert (scrape["accord_outbox_pending"], scrape["accord_outbox_dead"]) == (2, 1)
        assert scrape["accord_outbox_oldest_seconds"] == pytest.approx(3600, abs=60)

    def test_due_deliveries_and_unsealed_events_are_counted(self, settings):
        with monitored(settings.model_copy(update={"webhook_allow_private": True})) as (client, port):
            admin = signed_in(client, "admin")
            client.post(
                "/api/v1/webhooks", json={"url": "http://127.0.0.1:1/hook", "events": ["post.created"]}, headers=admin
            ).raise_for_status()
            stored_post(client, admin)

            scrape = Scrape(port)

        assert scrape["accord_webhook_deliveries_due"] == 1
        assert 0 <= scrape["accord_webhook_deliveries_oldest_seconds"] < 3600
        assert scrape["accord_audit_events_unsealed"] >= 2
        assert 0 < scrape["accord_audit_events_unsealed_oldest_seconds"] < 3600

    def test_a_database_that_is_down_leaves_the_rest(self, running, monkeypatch):
        client, port = running
        client.get("/health")

        async def unavailable(*_: object, **__: object):
            raise ServiceUnavailable("The database is not available.")

        monkeypatch.setattr(type(client.app.state.resources.database), "one", unavailable)
        scrape = Scrape(port)

        assert scrape["accord_database_up"] == 0
        assert "accord_outbox_pending" not in scrape.names
        assert count(scrape, "getHealth", "GET", 200) == 1


@pytest.mark.parametrize("name", ["PENDING_MAILS", "DEAD_MAILS", "DUE_DELIVERIES", "UNSEALED_EVENTS"])
def test_statements_read_an_index(settings, name):
    sql = getattr(backlog, name).compiled(DIALECT).sql
    plan = [row[3] for row in query(settings.database_url, f"EXPLAIN QUERY PLAN {sql}", *[1] * sql.count("?"))]

    read = [line for line in plan if line.startswith(("SEARCH", "SCAN")) and "SCAN webhooks" not in line]
    assert all("INDEX" in line or "anon_1" in line for line in read), plan
    assert not any("TEMP B-TREE" in line for line in plan), plan


def stored(settings, when):
    return when if settings.database_url.startswith("postgresql:") else when.isoformat(timespec="microseconds")


class TestTheServer:
    def test_answers_nothing_else(self, running):
        with pytest.raises(HTTPError, match="404"):
            urlopen(f"http://127.0.0.1:{running[1]}/api/v1/posts")

    def test_offers_openmetrics(self, running):
        request = Request(f"http://127.0.0.1:{running[1]}/metrics", headers={"Accept": "application/openmetrics-text"})
        with urlopen(request) as answer:  # noqa: S310 - the address is ours
            text = answer.read().decode()

        assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
        assert text.endswith("# EOF\n")

    def test_metrics_are_not_served_with_the_api(self, running):
        assert running[0].get("/metrics").status_code == 404
