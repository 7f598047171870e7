"""`accord seed`: fill a database with made-up users and posts."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from app.console import read_settings, require_tables, run
from app.core.config import Settings
from app.main import connected, make_resources
from app.migrations import path_of, postgres
from app.migrations.alone import file_engine
from app.services import seed as seeds

TABLES = ("users", "posts", "counters")


def seed(
    users: Annotated[int, typer.Option(min=0, help="How many users to add.")] = 1000,
    posts: Annotated[int, typer.Option(min=0, help="How many posts to add, by users who are there.")] = 0,
) -> None:
    """Add made-up users and posts, for trials with many of them. Nobody knows their password; none is an administrator.

    What is stored when it is interrupted stays; it can be run again.
    """
    settings = read_settings()
    require_tables(settings)
    run(settings, _fill(settings, users, posts))
    _analyse(settings.database_url)


async def _fill(settings: Settings, users: int, posts: int) -> None:
    async with connected(make_resources(settings)) as resources:
        for label, number, add in (("users", users, seeds.add_users), ("posts", posts, seeds.add_posts)):
            if number:
                with typer.progressbar(length=number, label=f"{label:<6}", show_pos=True) as bar:
                    await add(resources, number, bar.update)


def _analyse(url: str) -> None:
    """Let the database learn how many rows there are now: it does so by itself some time later, or never (SQLite)."""
    if postgres.serves(url):
        postgres.run(_vacuum(url))
        return
    with file_engine(str(path_of(url)), "BEGIN IMMEDIATE") as engine, engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")


async def _vacuum(url: str) -> None:
    connection = await postgres.connect(url)
    try:
        for table in TABLES:
            await connection.execute(f"VACUUM (ANALYZE) {table}")
    finally:
        await asyncio.shield(connection.close())
