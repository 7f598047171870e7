"""Query plans: lists follow an index and do not sort, and statistics read only the days that they count."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import psycopg
import pytest

from app.core.database.postgres.dialect import DIALECT as POSTGRESQL
from app.core.database.sqlite.connection import DIALECT as SQLITE
from app.core.database.statements import Statement
from app.resources import connected, make_resources
from app.services import seed
from app.services.outbox.queries import outbox_listing
from app.services.posts import queries as posts_queries
from app.services.profiles import queries as profiles_queries
from app.services.statistics.queries import COUNT_BY_DAY
from app.services.users.list_queries import ORDERS, QueryShape, users_listing

pytestmark = pytest.mark.anyio

ALL = QueryShape(None, None, created_after=False, created_before=False, q=False, sort=None)
INDEXES = {
    None: "pk_users|INTEGER PRIMARY KEY",
    "created_at": "ix_users_created_at_id",
    "username": "uq_users_username_key|sqlite_autoindex_users_2",
}


# Enough for an index to be worthwhile: sign-ins, mails, and one dead letter.
ROWS = (
    """INSERT INTO audit_events (type, details, created_at, personal_digest)
       SELECT CASE WHEN id % 2 = 0 THEN 'session.created' ELSE 'post.updated' END, '{}', created_at, '' FROM users""",
    """INSERT INTO outbox (topic, payload, created_at, available_at, attempts, failed_at)
       SELECT 'mail.welcome', '{}', created_at, created_at, 0, CASE WHEN id = 2 THEN created_at END FROM users""",
)


@pytest.fixture
async def plan(settings):
    """Explains how the database runs a statement with any parameters."""
    async with connected(make_resources(settings)) as resources:
        await seed.add_users(resources, 5000, lambda _: None)
        await seed.add_posts(resources, 5000, lambda _: None)
    sqlite = settings.database_url.startswith("sqlite:")
    raw: Any = (
        sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))
        if sqlite
        else psycopg.connect(settings.database_url, autocommit=True)
    )
    for rows in ROWS:
        raw.execute(rows)
    raw.execute("ANALYZE")

    def explain(statement: Statement[object]) -> str:
        if sqlite:
            sql = statement.compiled(SQLITE).sql
            return "\n".join(row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", [1] * sql.count("?")))
        sql = statement.compiled(POSTGRESQL).sql
        return "\n".join(row[0] for row in raw.execute(f"EXPLAIN (GENERIC_PLAN) {sql}", prepare=False))

    yield explain
    raw.close()


def is_index_scan(plan: str, index: str) -> bool:
    """Whether rows are read from that index in order."""
    return bool(re.search(rf"(SEARCH|Index Scan).* ({index})", plan)) and not re.search(
        "TEMP B-TREE|Sort|Seq Scan|Bitmap", plan
    )


async def test_a_page_by_cursor_is_found_along_the_index_of_its_order(plan, subtests):
    for sort in ORDERS:
        with subtests.test(sort=sort):
            found = plan(users_listing(ALL._replace(sort=sort)).index_scan.after)
            assert is_index_scan(found, INDEXES[sort and sort.lstrip("-")]), found


async def test_filters_do_not_change_the_index_of_an_index_scan(plan, subtests):
    for sort in ("created_at", "-username"):
        for shape in (ALL._replace(role="admin"), ALL._replace(is_active=True, q=True), ALL._replace(role="user", q=True)):
            with subtests.test(sort=sort, shape=shape):
                found = plan(users_listing(shape._replace(sort=sort)).index_scan.after)
                assert is_index_scan(found, INDEXES[sort.lstrip("-")]), found


async def test_role_and_activity_are_index_scans_by_id(plan, subtests):
    for shape, index in (
        (ALL._replace(role="admin"), "ix_users_role_id"),
        (ALL._replace(role="admin", is_active=True), "ix_users_role_id"),
        (ALL._replace(role="user"), "ix_users_role_id|pk_users"),
        (ALL._replace(is_active=False), "ix_users_is_active_id|pk_users"),
    ):
        with subtests.test(shape=shape):
            found = plan(users_listing(shape).index_scan.after)
            assert is_index_scan(found, index), found


async def test_a_search_reads_three_indexes_and_no_table(plan, subtests):
    for sort in ORDERS:
        with subtests.test(sort=sort):
            filtered = users_listing(ALL._replace(q=True, sort=sort)).filter_then_sort
            assert filtered is not None
            for statement in filtered:
                found = plan(statement)
                assert "MULTI-INDEX OR" in found or "BitmapOr" in found
                assert not re.search("SCAN users|Seq Scan", found)


async def test_administrators_are_found_by_their_role(plan):
    filtered = users_listing(ALL._replace(role="admin", sort="username")).filter_then_sort
    assert filtered is not None
    assert "ix_users_role_id" in plan(filtered.after)


async def test_public_lists_are_index_scans(plan):
    assert is_index_scan(plan(profiles_queries.PROFILES.index_scan.after), "ix_users_is_active_id|pk_users|INTEGER PRIMARY KEY")
    assert is_index_scan(
        plan(posts_queries.PUBLISHED.index_scan.after), "ix_posts_is_published_id|pk_posts|INTEGER PRIMARY KEY"
    )


async def test_stored_totals_are_read_from_the_counters(plan):
    for shape in (ALL, ALL._replace(role="user", is_active=True)):
        assert not re.search(" users", plan(users_listing(shape).count))
    assert not re.search(" posts", plan(posts_queries.PUBLISHED.count))


async def test_dead_letters_are_found_by_their_index(plan):
    dead = outbox_listing("dead")
    assert dead.filter_then_sort is not None
    assert "ix_outbox_failed_at_available_at_id" in plan(dead.filter_then_sort.by_number)


async def test_posts_of_an_author_are_found_by_the_author_index(plan):
    for found in (posts_queries.ALL_OF_AUTHOR, posts_queries.PUBLISHED_OF_AUTHOR):
        assert "ix_posts_author_id_id" in plan(found.index_scan.after)
        assert "ix_posts_author_id_id" in plan(found.count)


async def test_counts_by_day_read_only_the_index_entries_of_those_days(plan):
    found = plan(COUNT_BY_DAY)

    assert {"ix_users_created_at_id", "ix_posts_created_at", "ix_audit_events_type_created_at_id"} <= set(
        re.findall(r"ix_\w+", found)
    ), found
    assert not re.search("SCAN (users|posts|audit_events)|Seq Scan", found), found
