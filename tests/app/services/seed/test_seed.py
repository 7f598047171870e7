"""Generated rows, on both databases."""

from __future__ import annotations

import re

import pytest

from app.resources import connected, make_resources
from app.services import posts, seed, users
from app.services.users.list_queries import UserFilters
from tests.support.answers import total
from tests.support.databases import query

pytestmark = pytest.mark.anyio


@pytest.fixture
async def resources(settings):
    async with connected(make_resources(settings.model_copy(update={"cache": "off"}))) as resources:
        yield resources


async def test_two_thousand_users_and_their_posts_are_stored_and_counted(resources, monkeypatch):
    monkeypatch.setattr(seed, "CHUNK_SIZE", 700)
    progress: list[int] = []

    await seed.add_users(resources, 2000, progress.append)
    await seed.add_posts(resources, 1500, progress.append)

    assert progress == [700, 700, 600, 700, 700, 100]
    url = resources.settings.database_url
    [[number, inactive, admins, passwords]] = query(
        url,
        "SELECT count(*), sum(CASE WHEN is_active THEN 0 ELSE 1 END), sum(CASE WHEN role = 'admin' THEN 1 ELSE 0 END),"
        " count(DISTINCT password_hash) FROM users",
    )
    assert (number, admins, passwords) == (2001, 1, 2)
    assert 100 < inactive < 300
    totals = {
        is_active: (await users.list(resources.database, 1, 10, None, UserFilters(is_active=is_active))).total
        for is_active in (None, True, False)
    }
    assert totals == {None: 2001, True: 2001 - inactive, False: inactive}
    [[published]] = query(url, "SELECT count(*) FROM posts WHERE is_published")
    assert total(await posts.list(resources, 1, 10, None)) == published
    assert 1200 < published < 1500


async def test_it_can_be_repeated_and_run_concurrently(resources, monkeypatch):
    monkeypatch.setattr(seed, "NAMES", [("Ada", "ada")])
    monkeypatch.setattr(seed, "LAST", ["Lovelace"])
    url = resources.settings.database_url
    await seed.add_users(resources, 10, lambda _: None)
    [[last]] = query(url, "SELECT max(id) FROM users")
    query(url, "UPDATE users SET username_key = ? WHERE id = 1", f"ada_lovelace_{last + 5}")

    await seed.add_users(resources, 10, lambda _: None)

    assert query(url, "SELECT count(*), count(DISTINCT username_key), count(DISTINCT email_key) FROM users") == [(21, 21, 21)]


async def test_generated_users_satisfy_the_contract(resources):
    await seed.add_users(resources, 500, lambda _: None)

    page = await users.list(resources.database, 1, 100, None, UserFilters(sort="-created_at"))
    for user in page.users[1:]:
        assert re.fullmatch("[a-z0-9_]{3,50}", user.username)
        assert re.fullmatch(r"[a-z0-9.]+@example\.(com|org|net)", user.email)
    assert len({user.created_at for user in page.users}) == 100
    assert page.users[-1].created_at.year >= page.users[0].created_at.year - 2


async def test_posts_require_users(resources):
    query(resources.settings.database_url, "DELETE FROM users")

    with pytest.raises(ValueError, match="no users"):
        await seed.add_posts(resources, 1, lambda _: None)
