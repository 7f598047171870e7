"""Alive, and ready."""

from __future__ import annotations

from pathlib import Path

from tests.answers import problem


class TestGetHealth:
    def test_the_process_is_alive(self, client):
        response = client.get("/health")

        assert (response.status_code, response.json()) == (200, {"status": "healthy"})


class TestGetReadiness:
    def test_it_is_ready_while_its_database_is(self, client):
        response = client.get("/health/ready")

        assert (response.status_code, response.json()) == (200, {"status": "ready"})

    def test_without_its_database_it_is_alive_and_not_ready(self, client, settings):
        database = Path(settings.database_url.removeprefix("sqlite:///"))
        database.with_name("accord.db-wal").unlink(missing_ok=True)
        database.write_bytes(b"this is no database" * 1000)

        response = client.get("/health/ready")

        assert problem(response) == (503, "service-unavailable")
        assert int(response.headers["Retry-After"]) >= 1
        assert problem(client.get("/api/v1/posts")) == (503, "service-unavailable")
        assert client.get("/health").status_code == 200
