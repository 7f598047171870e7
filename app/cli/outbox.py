"""`python -m app outbox`: list undelivered items and retry dead letters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import typer

from app.cli.errors import MISUSED, fail
from app.cli.output import show
from app.cli.settings import require_migrated
from app.cli.startup import run
from app.core.config import Settings
from app.core.printable import printable, printable_json
from app.resources import Resources
from app.services import outbox
from app.services.outbox.queries import Counts, StoredItem


def list_outbox(settings: Settings, *, dead: bool, as_json: bool, limit: int) -> None:
    """List the items of the outbox, oldest first."""
    require_migrated(settings)

    async def read(resources: Resources) -> tuple[Sequence[StoredItem], Counts, datetime]:
        items = await outbox.list_items(resources.database, limit, dead=dead)
        return items, await outbox.count(resources.database), resources.now()

    items, counts, now = run(settings, read)
    for found in items:
        typer.echo(_as_json(found, now) if as_json else _as_text(found, now))
    if not as_json:
        typer.echo(f"{counts.items - counts.dead} waiting, {counts.dead} dead")


def retry_outbox(settings: Settings, *, item: int | None, all_dead: bool, as_json: bool) -> None:
    """Make items due now."""
    if (item is None) == (not all_dead):
        fail("give the id of one item, or --all-dead", code=MISUSED)
    require_migrated(settings)

    async def retry(resources: Resources) -> int:
        if item is None:
            return await outbox.retry_dead_letters(resources.database, resources.now())
        return int(await outbox.retry(resources.database, item, resources.now()))

    changed = run(settings, retry)
    if item is not None and not changed:
        fail(f"item {item} does not exist or is being delivered")
    show({"due_now": changed}, f"due now: {changed}", as_json=as_json)


def _as_json(item: StoredItem, now: datetime) -> str:
    shown = {
        "id": item.id,
        "topic": item.topic,
        "to": item.recipient,
        "state": item.state,
        "attempts": item.attempts,
        "next_attempt": item.next_attempt_at,
        "error": item.error,
        "age_seconds": int((now - item.created_at).total_seconds()),
    }
    return printable_json(msgspec.json.encode(shown).decode())


def _as_text(item: StoredItem, now: datetime) -> str:
    age = timedelta(seconds=int((now - item.created_at).total_seconds()))
    state = f"next {item.available_at:%Y-%m-%d %H:%M:%S}Z" if item.state == "waiting" else item.state
    to = printable(item.recipient or "-")
    line = f"{item.id}  {printable(item.topic)}  {to}  {state}  {item.attempts} failed  {age} old"
    return f"{line}\n    {printable(item.error)}" if item.error else line
