"""`python -m app worker`: deliver the outbox in a process of its own."""

from __future__ import annotations

import asyncio
import signal
from contextlib import nullcontext
from typing import TYPE_CHECKING

import uvloop

from app import contract
from app.cli.metrics import monitor, open_metrics
from app.cli.settings import require_migrated
from app.cli.startup import log_to_stderr, log_unknown_settings, log_unsafe_settings, require_mail, require_safe_settings
from app.core import mail
from app.core.config import Settings
from app.core.mail import MailTransport
from app.core.tracing import create_tracing
from app.resources import connected, make_resources
from app.worker import working

if TYPE_CHECKING:
    from app.metrics.monitor import Monitor


def worker(settings: Settings) -> None:
    """Deliver the outbox until SIGTERM or SIGINT."""
    log_to_stderr(settings)
    require_safe_settings(settings, serving=False)
    transport = mail.create_transport(settings)
    require_migrated(settings)
    log_unknown_settings()
    log_unsafe_settings(settings, serving=False)
    require_mail(settings)
    observed = monitor(open_metrics(settings, processes=1))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(settings, transport, observed))


async def _work(settings: Settings, transport: MailTransport | None, observed: Monitor | None) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    resources = make_resources(settings)
    resources.tracing = create_tracing(settings, contract.version)
    async with (
        connected(resources),
        observed.running(resources) if observed is not None else nullcontext(),
        working(resources, transport) as task,
    ):
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({stopping, task}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if task.done():  # only because of a bug, which must not pass silently
            task.result()
