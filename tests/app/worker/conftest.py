"""Settings of a process that sends mails, and a real SMTP server."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.resources import connected, make_resources
from tests.support.servers.smtp import MailServer


@pytest.fixture
def server():
    with MailServer() as server:
        yield server


@pytest.fixture
def settings(settings, server):
    """Settings of a process that sends mails."""
    changes = {"smtp_url": server.url, "mail_from": "Accord <accord@example.com>", "public_url": "https://accord.example/"}
    return settings.model_copy(update={**changes, "worker": True})


@pytest.fixture
async def resources(settings):
    async with connected(make_resources(settings)) as resources:
        yield resources


@pytest.fixture
def client(settings):
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client
