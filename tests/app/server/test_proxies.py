"""Client addresses behind proxies, on a running server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.databases import Template
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow


@contextmanager
def limited(template: Template, folder: Path, **settings: Any) -> Iterator[str]:
    """A server that allows three requests per minute and address."""
    template.copy(folder)
    with Server(folder / "accord.db", ADDRESS_LIMIT="3", **settings) as server:
        yield f"{server.url}/api/v1/posts"


def statuses(url: str, *forwarded: str) -> list[int]:
    """The responses to one request for each value of X-Forwarded-For."""
    return [httpx2.get(url, headers={"X-Forwarded-For": value}).status_code for value in forwarded]


class TestTheClientAddress:
    def test_is_that_of_the_peer_without_trusted_proxies(self, sqlite_template, tmp_path):
        with limited(sqlite_template, tmp_path) as url:
            assert statuses(url, *(f"198.51.100.{number}" for number in range(4))) == [200, 200, 200, 429]

    def test_is_the_rightmost_untrusted_one(self, sqlite_template, tmp_path):
        with limited(sqlite_template, tmp_path, TRUSTED_PROXIES="127.0.0.1,10.0.0.0/8") as url:
            spoofed = ["203.0.113.9, 198.51.100.1, 10.0.0.7", "203.0.113.8, 198.51.100.1", "198.51.100.1, 10.1.2.3"]

            assert statuses(url, *spoofed, spoofed[0], "198.51.100.2") == [200, 200, 200, 429, 200]
