"""Totals equal the numbers of rows, and lists equal a naive search."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from app.call import Principal
from app.resources import connected, make_resources
from app.services import posts, profiles, seed, users
from app.services.shared import pages
from app.services.users import list_queries
from app.services.users.creation import search_key
from app.services.users.list_queries import UserFilters
from tests.support.answers import total
from tests.support.databases import query

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

ADMIN = Principal(1, "admin")
PREFIXES = [None, "ADA", "ada lovelace", "zoë", "a", "%", "\U0010ffff", "\ud7ff", "İ", "'", "\ue000"]
NAMES = ["Ada Lovelace", "ADA", "%", "_", "'", "\U0010ffff\U0010ffffx", "\ud7ffx", "\ue000x", "İstanbul", "ẞ", None, ""]


@pytest.fixture
async def resources(settings):
    async with connected(make_resources(settings.model_copy(update={"cache": "off"}))) as resources:
        await seed.add_users(resources, 300, lambda _: None)
        for number, name in enumerate(NAMES, 2):
            key = search_key(name)
            query(settings.database_url, "UPDATE users SET full_name = ?, full_name_key = ? WHERE id = ?", name, key, number)
        yield resources


async def everything(resources):
    rows = []
    page = await users.list(resources.database, 1, 100, None, UserFilters())
    while True:
        rows += page.users
        if page.next_cursor is None:
            return rows
        page = await users.list(resources.database, 1, 100, page.next_cursor, UserFilters())


def passes(user, wanted: UserFilters) -> bool:
    keys = [user.username.lower(), user.email.lower(), *([] if user.full_name is None else [user.full_name.casefold()])]
    return (
        wanted.role in (None, user.role)
        and wanted.is_active in (None, user.is_active)
        and (wanted.created_after is None or user.created_at >= datetime.fromisoformat(wanted.created_after))
        and (wanted.created_before is None or user.created_at < datetime.fromisoformat(wanted.created_before))
        and (wanted.q is None or any(key.startswith(wanted.q.casefold()) for key in keys))
    )


def arranged(rows, sort):
    key = {"created_at": lambda user: (user.created_at, user.id), "username": lambda user: user.username.lower()}
    return sorted(rows, key=key[sort.lstrip("-")] if sort else lambda user: user.id, reverse=(sort or "").startswith("-"))


@pytest.mark.parametrize("few", [0, pages.FILTER_THEN_SORT_MAX], ids=["index scan", "filter then sort"])
async def test_every_combination_finds_the_rows_of_a_naive_search(resources, monkeypatch, few):
    monkeypatch.setattr(pages, "FILTER_THEN_SORT_MAX", few)
    rows = await everything(resources)
    middle = rows[150].created_at
    bounds = [(None, None), (middle, None), (None, middle), (middle - timedelta(days=100), middle)]
    sorts = [None, "created_at", "-created_at", "username", "-username"]
    choices = list(itertools.product((None, "user", "admin"), (None, True, False), bounds, PREFIXES, sorts))

    for role, is_active, (after, before), q, sort in random.Random(few).sample(choices, 250):  # noqa: S311 - not secret
        wanted = UserFilters(role, is_active, after and after.isoformat(), before and before.isoformat(), q, sort)
        expected = arranged([user for user in rows if passes(user, wanted)], sort)
        page = await users.list(resources.database, 1, 37, None, wanted)
        found = list(page.users)
        while page.next_cursor is not None:
            page = await users.list(resources.database, 1, 37, page.next_cursor, wanted)
            found += page.users
        assert (page.total, [user.id for user in found]) == (len(expected), [user.id for user in expected]), wanted


async def test_counting_by_scan_gives_the_same_total(resources, monkeypatch):
    by_index = (await users.list(resources.database, 1, 10, None, UserFilters(q="a"))).total
    monkeypatch.setattr(list_queries, "SCAN_THRESHOLD", 5)
    list_queries.users_listing.cache_clear()

    assert (await users.list(resources.database, 1, 10, None, UserFilters(q="a"))).total == by_index > 5
    list_queries.users_listing.cache_clear()


async def test_totals_equal_the_rows_after_random_writes(resources):
    chance = random.Random(1)  # noqa: S311 - not secret
    url = resources.settings.database_url
    for _ in range(60):
        ids = [row[0] for row in query(url, "SELECT id FROM users WHERE id > 1")]
        one = chance.choice(ids)
        match chance.randrange(6):
            case 0:
                query(url, "DELETE FROM users WHERE id = ?", one)
            case 1:
                query(url, f"UPDATE users SET is_active = NOT is_active WHERE id % 7 = {one % 7} AND id > 1")  # noqa: S608 - numbers
            case 2:
                query(url, "UPDATE users SET role = 'admin' WHERE id = ?", one)
            case 3:
                await seed.add_users(resources, 3, lambda _: None)
            case 4:
                await seed.add_posts(resources, 40, lambda _: None)
            case 5:
                query(url, f"UPDATE posts SET is_published = NOT is_published WHERE id % 5 = {one % 5}")  # noqa: S608 - numbers

    rows = await everything(resources)
    roles: tuple[Literal["user", "admin"] | None, ...] = (None, "user", "admin")
    for role, is_active in itertools.product(roles, (None, True, False)):
        wanted = UserFilters(role, is_active)
        found = (await users.list(resources.database, 1, 10, None, wanted)).total
        assert found == sum(passes(user, wanted) for user in rows), wanted
    assert total(await profiles.list(resources, 1, 10, None)) == sum(user.is_active for user in rows)
    [[published]] = query(url, "SELECT count(*) FROM posts WHERE is_published")
    assert total(await posts.list(resources, 1, 10, None)) == published > 0
    [[author]] = query(url, "SELECT max(author_id) FROM posts JOIN users ON users.id = author_id WHERE is_active")
    for principal, condition in ((ADMIN, ""), (None, "AND is_published")):
        [[number]] = query(url, f"SELECT count(*) FROM posts WHERE author_id = ? {condition}", author)  # noqa: S608 - ours
        assert total(await posts.list_by_author(resources, principal, author, 1, 10, None)) == number


@pytest.mark.parametrize(
    "instant",
    [
        "2026-12-31T23:59:59.999999-23:59",
        "1970-01-01T00:00:00+23:59",
        "2999-12-31T23:59:59.9-23:59",
        "2024-02-29T00:00:00Z",
        "2026-02-06T10:30:00.1+05:30",
    ],
)
async def test_every_instant_of_the_contract_is_accepted(resources, instant):
    before = await users.list(resources.database, 1, 1, None, UserFilters(created_before=instant))
    after = await users.list(resources.database, 1, 1, None, UserFilters(created_after=instant))

    assert before.total + after.total == 301


async def test_created_after_is_inclusive_and_created_before_exclusive(resources):
    created_at = (await users.list(resources.database, 3, 1, None, UserFilters(sort="created_at"))).users[0].created_at
    instant = created_at.astimezone(UTC).isoformat()

    assert (await users.list(resources.database, 1, 1, None, UserFilters(created_before=instant))).total == 2
    assert (await users.list(resources.database, 1, 1, None, UserFilters(created_after=instant))).total == 299
