"""Settings of a process that may send to loopback, and a webhook."""

from __future__ import annotations

from typing import Any

import pytest

from app.call import Principal
from app.resources import connected, make_resources
from app.schemas.models import WebhookCreate
from app.services import webhooks
from tests.support.clock import Clock
from tests.support.servers.receiver import Receiver

ADMIN = Principal(1, "admin")


@pytest.fixture
def settings(settings):
    """Settings of a process that may send to loopback."""
    return settings.model_copy(update={"webhook_allow_private": True})


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def resources(settings, clock):
    async with connected(make_resources(settings, clock)) as resources:
        yield resources


@pytest.fixture
async def receiver():
    async with Receiver() as receiver:
        yield receiver


@pytest.fixture
async def webhook(resources, receiver):
    """A webhook that wants everything that happens to posts."""
    return await subscribed(resources, receiver.url)


async def subscribed(resources, url, *events: Any):
    wanted: Any = list(events) or ["post.created", "post.updated", "post.deleted"]
    return await webhooks.create(resources, ADMIN, WebhookCreate(url=url, events=wanted))
