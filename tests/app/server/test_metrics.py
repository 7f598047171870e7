"""Metrics of several processes: added up, and never less than before."""

from __future__ import annotations

import json
import os
import signal

import pytest

from tests.app.metrics.scraping import Scrape
from tests.support.builders import PASSWORD
from tests.support.load import ask, connected, wait_until
from tests.support.servers.service import Server, free_port

pytestmark = pytest.mark.slow

LABELS = {"operation": "listPosts", "method": "GET", "status": "200"}
COUNT = "http_server_request_duration_seconds_count", LABELS


def test_workers_are_added_up_and_a_killed_one_takes_nothing_with_it(sqlite_template, tmp_path):
    sqlite_template.copy(tmp_path)
    port = free_port()
    with Server(tmp_path / "accord.db", workers=2, METRICS_BIND=f"127.0.0.1:{port}") as server:
        for _ in range(20):
            with connected(server.port) as connection:
                ask(connection, "GET", "/api/v1/posts")
        assert Scrape(port)[COUNT] == 20
        assert Scrape(port)["accord_processes"] == 2
        cpu = "process_cpu_seconds_total"
        assert all(Scrape(port)[cpu, {"worker": worker}] > 0 for worker in "01")

        before = set(server.pids())
        os.kill(min(before), signal.SIGKILL)
        wait_until(lambda: len(set(server.pids()) - before) == 1)
        wait_until(lambda: server.log.read_text().count("worker ready") == 3)
        for _ in range(20):
            with connected(server.port) as connection:
                ask(connection, "GET", "/api/v1/posts")

        assert Scrape(port)[COUNT] == 40
        with connected(server.port) as connection:
            signed = ask(connection, "POST", "/api/v1/sessions", {"identifier": "admin", "password": PASSWORD})
            bearer = f"Bearer {json.loads(signed.text)['access_token']}"
            found = json.loads(ask(connection, "GET", "/api/v1/statistics", Authorization=bearer).text)["requests"]
        assert {"listPosts": 40}.items() <= {row["operation_id"]: row["count"] for row in found}.items()
        wait_until(lambda: Scrape(port)["accord_processes"] == 2)
