"""`accord worker` and `accord outbox`: deliver what waits, and look after what could not be delivered."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Annotated, TypeVar

import msgspec
import typer
import uvloop

from app.console import MISUSED, fail, log_misspelt, read_settings, require_mail, require_tables, run
from app.core import mail
from app.core.call import Resources
from app.core.config import Settings
from app.core.mail import Outlet
from app.core.printable import printable, printable_json
from app.main import connected, make_resources
from app.services import mails
from app.services import outbox as items
from app.services.outbox_queries import Counts, Entry
from app.worker import working

T = TypeVar("T")

outbox = typer.Typer(
    help="Mails that wait, and those that could not be delivered.", no_args_is_help=True, rich_markup_mode=None
)


def worker() -> None:
    """Deliver the outbox, beside servers that run with WORKER=false. SIGTERM and SIGINT end it."""
    settings = read_settings(logged=True)
    outlet = mail.outlet(settings)
    require_tables(settings)
    log_misspelt()
    require_mail(settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(settings, outlet))


async def _work(settings: Settings, outlet: Outlet | None) -> None:
    loop, asked = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    async with connected(make_resources(settings)) as resources, working(resources, outlet) as task:
        waiting = asyncio.create_task(asked.wait())
        await asyncio.wait({waiting, task}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():  # never, but if there is a bug, then not in silence
            task.result()


@outbox.command("list")
def list_outbox(
    *,
    dead: Annotated[bool, typer.Option("--dead", help="Only what was given up.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="The most items to show.")] = 100,
) -> None:
    """Show what waits, the oldest first, with the last error. Nothing is changed."""
    settings = read_settings()
    require_tables(settings)

    async def read(resources: Resources) -> tuple[list[Entry], Counts, datetime]:
        entries = await items.list_entries(resources.database, limit, dead=dead)
        return entries, await items.count(resources.database), resources.now()

    entries, counts, now = run(settings, _with_resources(settings, read))
    for entry in entries:
        typer.echo(_as_json(entry, now) if as_json else _as_text(entry, now))
    if not as_json:
        typer.echo(f"{counts.items - counts.dead} waiting, {counts.dead} dead")


@outbox.command("retry")
def retry_outbox(
    item: Annotated[int | None, typer.Argument(help="The id of an item.")] = None,
    *,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Everything that was given up.")] = False,
) -> None:
    """Make items due at once, with all their attempts before them. A worker delivers them."""
    settings = read_settings()
    if (item is None) == (not all_dead):
        fail("name one item, or --all-dead", code=MISUSED)
    require_tables(settings)

    async def retry(resources: Resources) -> int:
        if item is None:
            return await items.retry_dead(resources.database, resources.now())
        return int(await items.retry(resources.database, item, resources.now()))

    changed = run(settings, _with_resources(settings, retry))
    if item is not None and not changed:
        fail(f"there is no item {item}, or it is being delivered")
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
    return "under way" if entry.lease is not None else "waiting"
