"""Two services on one database, as two processes."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from app.resources import connected, make_resources


@pytest.fixture
async def processes(settings):
    """Two services on one file."""
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(connected(make_resources(settings))) for _ in range(2)]
