"""What is reported once at start-up."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from app.cli.startup import log_loopback_url
from app.core.config import Settings


@pytest.mark.parametrize(
    ("env", "url", "is_reported"),
    [
        ("production", "http://127.0.0.1:8000", True),
        ("staging", "http://localhost", True),
        ("production", "http://[::1]:8000", True),
        ("production", "https://accord.example.com", False),
        ("production", "http://192.0.2.7", False),
        ("development", "http://127.0.0.1:8000", False),
    ],
)
def test_a_public_url_that_leads_nowhere_is_reported_outside_development(env, url, is_reported):
    with capture_logs() as logs:
        log_loopback_url(Settings(env=env, public_url=url))

    assert ["PUBLIC_URL" in line["event"] for line in logs] == [True] * is_reported
