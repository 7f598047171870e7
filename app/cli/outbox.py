"""`python -m app outbox`: list undelivered items and retry dead letters."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec
import typer

from app.cli.errors import MISUSED, fail
from app.cli.settings import require_migrated
from app.cli.startup import run
from app.core.config import Settings
from app.core.printable import printable, printable_json
from app.resources import Resources, connected, make_resources
from app.services import mails
from app.services import outbox as items
from app.services.outbox_queries import Counts, Entry

T = TypeVar("T")


def list_outbox(settings: Settings, *, dead: bool, as_json: bool, limit: int) -> None:
    """List the items of the outbox, oldest first."""
    require_migrated(settings)

    async def read(resources: Resources) -> tuple[list[Entry], Counts, datetime]:
        entries = await items.list_entries(resources.database, limit, dead=dead)
        return entries, await items.count(resources.database), resources.now()

    entries, counts, now = run(settings, _with_resources(settings, read))
    for entry in entries:
        typer.echo(_as_json(entry, now) if as_json else _as_text(entry, now))
    if not as_json:
        typer.echo(f"{counts.items - counts.dead} waiting, {counts.dead} dead")


def retry_outbox(settings: Settings, *, item: int | None, all_dead: bool) -> None:
    """Make items due now."""
    if (item is None) == (not all_dead):
        fail("give the id of one item, or --all-dead", code=MISUSED)
    require_migrated(settings)

    async def retry(resources: Resources) -> int:
        if item is None:
            return await items.retry_dead(resources.database, resources.now())
        return int(await items.retry(resources.database, item, resources.now()))

    changed = run(settings, _with_resources(settings, retry))
    if item is not None and not changed:
        fail(f"item {item} does not exist or is being delivered")
    typer.echo(f"due now: {changed}")


async def _with_resources(settings: Settings, work: Callable[[Resources], Awaitable[T]]) -> T:
    async with connected(make_resources(settings)) as resources:
        return await work(resources)


def _as_json(entry: Entry, now: datetime) -> str:
    shown = {
        "id": entry.id,
        "topic": entry.topic,
        "to": mails.recipient(entry.payload),
        "state": _state(entry),
        "attempts": entry.attempts,
        "next_attempt": None if entry.died_at else entry.available_at,
        "error": entry.error,
        "age_seconds": int((now - entry.created_at).total_seconds()),
    }
    return printable_json(msgspec.json.encode(shown).decode())


def _as_text(entry: Entry, now: datetime) -> str:
    age = timedelta(seconds=int((now - entry.created_at).total_seconds()))
    state = _state(entry)
    if state == "waiting":
        state = f"next {entry.available_at:%Y-%m-%d %H:%M:%S}Z"
    to = printable(mails.recipient(entry.payload) or "-")
    line = f"{entry.id}  {printable(entry.topic)}  {to}  {state}  {entry.attempts} failed  {age} old"
    return f"{line}\n    {printable(entry.error)}" if entry.error else line


def _state(entry: Entry) -> str:
    if entry.died_at is not None:
        return "dead"
    return "delivering" if entry.lease is not None else "waiting"
