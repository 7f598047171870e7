"""The service, or `python -m app worker`, by a clock that a test sets: `python -m tests.faults.wrong_clock FILE serve|worker`.

The file holds by how many hours the clock is wrong; it is read again each time somebody asks for the time. The worker tidies up
every second instead of every minute, or the test would wait for that.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from accord.server import lifecycle as life
from accord.server.sockets import listen
from app import worker
from app.core import mail
from app.core.clock import utc_now
from app.core.config import Settings
from app.main import create_app
from app.resources import connected, make_resources


class WrongClock:
    """The time, and how wrong it is; several processes may go by the same file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self) -> datetime:
        """This moment, as this clock has it."""
        return utc_now() + timedelta(hours=float(self.path.read_text()))

    def set(self, hours: float) -> None:
        """Make it so wrong."""
        new = self.path.with_suffix(".new")
        new.write_text(str(hours))
        new.replace(self.path)


def serve(now: Callable[[], datetime]) -> None:
    """What `python -m app serve` does with one process."""
    settings, draining = Settings(), asyncio.Event()
    app = create_app(settings, now, draining)
    life.serve(app, listen(settings.host, settings.port), draining=draining, drain_seconds=0)


async def work(now: Callable[[], datetime]) -> None:
    """What `python -m app worker` does."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    settings = Settings()
    async with (
        connected(make_resources(settings, now)) as resources,
        worker.working(resources, mail.create_transport(settings)),
    ):
        await asked.wait()


if __name__ == "__main__":
    worker.HOUSEKEEPING_SECONDS = 1.0
    clock = WrongClock(Path(sys.argv[1]))
    if sys.argv[2] == "serve":
        serve(clock)
    else:
        asyncio.run(work(clock))
