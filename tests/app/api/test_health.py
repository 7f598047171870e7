"""Health and readiness checks."""

from __future__ import annotations

import time

from tests.contract.damage import damaged
from tests.support.answers import problem


def recovers(client) -> bool:
    """Whether it becomes ready again soon."""
    deadline = time.monotonic() + 10
    while client.get("/health/ready").status_code != 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    return time.monotonic() < deadline


class TestGetHealth:
    def test_the_process_is_alive(self, client):
        response = client.get("/health")

        assert (response.status_code, response.json()) == (200, {"status": "healthy"})


class TestGetReadiness:
    def test_it_is_ready_while_its_database_is(self, client):
        response = client.get("/health/ready")

        assert (response.status_code, response.json()) == (200, {"status": "ready"})

    def test_without_its_database_it_is_alive_and_not_ready(self, client, settings):
        with damaged(settings.database_url):
            ready, posts = client.get("/health/ready"), client.get("/api/v1/posts")
            alive = client.get("/health")

        assert problem(ready) == problem(posts) == (503, "service-unavailable")
        assert int(ready.headers["Retry-After"]) >= 1
        assert alive.status_code == 200
        assert recovers(client)
