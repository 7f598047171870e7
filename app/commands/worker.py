"""`accord worker`: deliver what waits, in a process of its own."""

from __future__ import annotations

import asyncio
import signal

import uvloop

from app.core import mail
from app.core.config import Settings
from app.core.mail import Outlet
from app.requirements import log_misspelt, log_to_stderr, require_mail
from app.resources import connected, make_resources
from app.tables import require_tables
from app.worker import working


def worker(settings: Settings) -> None:
    """Deliver the outbox until SIGTERM or SIGINT."""
    log_to_stderr(settings)
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
