"""What becomes of concurrent calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from accord.runtime import ApiError


async def outcomes(*work: Awaitable[Any]):
    """The results and problems of concurrent calls. Any other exception fails the test."""
    found = await asyncio.gather(*work, return_exceptions=True)
    for outcome in found:
        if isinstance(outcome, BaseException) and not isinstance(outcome, ApiError):
            raise outcome
    return found


def kinds(found, kind):
    return sum(isinstance(outcome, kind) for outcome in found)
