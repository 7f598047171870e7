"""`accord worker` by a clock that is wrong: `python -m tests.faults.wrong_clock HOURS`. SIGTERM ends it."""

from __future__ import annotations

import asyncio
import signal
import sys
from datetime import timedelta

from app.core import mail
from app.core.call import utc_now
from app.core.config import Settings
from app.main import connected, make_resources
from app.worker import working


async def main(wrong: timedelta) -> None:
    """Work until asked to end."""
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    settings = Settings()
    async with (
        connected(make_resources(settings, now=lambda: utc_now() + wrong)) as resources,
        working(resources, mail.outlet(settings)),
    ):
        await asked.wait()


asyncio.run(main(timedelta(hours=float(sys.argv[1]))))
