"""`python -m app seed`: add generated users and posts."""

from __future__ import annotations

import asyncio

from app.cli.output import progress, show
from app.cli.settings import require_migrated
from app.cli.startup import run
from app.core.config import Settings
from app.core.urls.database import is_postgresql
from app.migrations import path_of, postgres
from app.migrations.locking import sqlite_engine
from app.resources import Resources
from app.services import seed as seeds

TABLES = ("users", "posts", "counters")


def seed(settings: Settings, *, users: int, posts: int, as_json: bool) -> None:
    """Add generated users and posts."""
    require_migrated(settings)

    async def fill(resources: Resources) -> None:
        for label, number, add in (("users", users, seeds.add_users), ("posts", posts, seeds.add_posts)):
            if number:
                with progress(number, f"{label:<6}") as bar:
                    await add(resources, number, bar.update)

    run(settings, fill)
    _analyse(settings.database_url)
    show({"users": users, "posts": posts}, f"added: {users} users, {posts} posts", as_json=as_json)


def _analyse(url: str) -> None:
    """Update the statistics of the query planner, which PostgreSQL does some time later and SQLite never."""
    if is_postgresql(url):
        postgres.run(_vacuum(url))
        return
    with sqlite_engine(str(path_of(url)), "BEGIN IMMEDIATE") as engine, engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


async def _vacuum(url: str) -> None:
    connection = await postgres.connect(url)
    try:
        for table in TABLES:
            await connection.execute(f"VACUUM (ANALYZE) {table}")
    finally:
        await asyncio.shield(connection.close())
