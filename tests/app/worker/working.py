"""A running worker, and waiting for its effects."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress

from app.core.errors import ServiceUnavailable
from app.core.mail import create_transport
from app.schemas.models import UserCreate
from app.services import outbox
from app.services.users.creation import create_user
from app.worker import working
from tests.support.builders import new_user


@asynccontextmanager
async def at_work(resources):
    """A worker for the time of the block."""
    async with working(resources, create_transport(resources.settings)):
        yield


async def until(holds, what="it"):
    """Poll until a condition holds."""
    deadline = time.monotonic() + 20
    while not (found := await holds()):
        assert time.monotonic() < deadline, f"{what} did not happen"
        await asyncio.sleep(0.01)
    return found


async def all_delivered(resources):
    async def none_left():
        with suppress(ServiceUnavailable):
            return await outbox.count(resources.database) == (0, 0)

    await until(none_left, "delivery of everything")


async def signed_up(resources, number=1):
    return [await create_user(resources, UserCreate(**new_user())) for _ in range(number)]


def ids(mails):
    return [mail.id for mail in mails]


async def outbox_is_taken(resources):
    return any(entry.claimed_by for entry in await outbox.list_items(resources.database, 10))
