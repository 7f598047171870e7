"""Writes that PostgreSQL committed without a response."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from accord.openapi.values.encoded import Encoded
from app.call import Principal
from app.core.errors import ServiceUnavailable
from app.resources import Resources, connected, make_resources
from app.schemas.models import PostCreate, PostUpdate, UserCreate, UserUpdate
from app.services import posts, users
from app.services import profiles as profile_rules
from app.services.users.creation import create_user
from app.services.users.queries import SELECT_USER
from tests.conftest import settings_of
from tests.support.builders import new_user
from tests.support.databases import query
from tests.support.servers.network import Relay

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ADMIN = Principal(1, "admin")


@pytest.fixture
async def cut_off(postgres_template, tmp_path: Path) -> AsyncIterator[tuple[Resources, Relay, str]]:
    """A service with a cache, the relay between it and its database, and the database's own URL."""
    settings = settings_of(postgres_template, tmp_path)
    url = settings.database_url
    async with AsyncExitStack() as stack:
        relay = await stack.enter_async_context(Relay(urlsplit(url).port or 5432))
        far = url.replace(f":{urlsplit(url).port}/", f":{relay.port}/")
        changed = settings.model_copy(update={"database_url": far, "database_connections": 1, "cache": "memory"})
        service = await stack.enter_async_context(connected(make_resources(changed)))
        await posts.create(service, ADMIN, PostCreate(title="first", content="c"))
        yield service, relay, url
    postgres_template.drop(url)


async def profiles(service: Resources) -> Encoded[object]:
    return await profile_rules.list(service, 1, 50, None)


async def published(service: Resources) -> Encoded[object]:
    return await posts.list(service, 1, 50, None)


WRITES = {
    "createUser": (lambda service: create_user(service, UserCreate(**new_user(username="ada"))), b"COMMIT\0", profiles),
    "updateUser": (lambda service: users.update(service, ADMIN, 1, UserUpdate(bio="ada"), None), b"ada", profiles),
    "createPost": (
        lambda service: posts.create(service, ADMIN, PostCreate(title="ada", content="c", is_published=True)),
        b"ada",
        published,
    ),
    "updatePost": (lambda service: posts.update(service, ADMIN, 1, PostUpdate(title="ada"), None), b"ada", published),
}
MADE = "SELECT 1 FROM users WHERE bio = 'ada' OR username = 'ada' UNION SELECT 1 FROM posts WHERE title = 'ada'"


@pytest.mark.parametrize("operation", WRITES)
async def test_lists_are_not_stale_after_a_write_with_unknown_outcome(operation: str, cut_off: tuple[Resources, Relay, str]):
    service, relay, url = cut_off
    write, last_words, read = WRITES[operation]
    assert b"ada" not in (await read(service)).body
    await service.database.one(SELECT_USER, user_id=1)  # a connection is open
    relay.last_words = last_words

    writing = asyncio.ensure_future(write(service))
    async with asyncio.timeout(10):
        while not await asyncio.to_thread(query, url, MADE):  # noqa: ASYNC110 - it is in another process
            await asyncio.sleep(0.01)
    relay.cut()
    relay.last_words, relay.answers_lost = None, False
    with pytest.raises(ServiceUnavailable, match="not known whether"):
        await writing

    assert b"ada" in (await read(service)).body
