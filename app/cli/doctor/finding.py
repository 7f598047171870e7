"""What a check has found."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Literal, TypeVar

T = TypeVar("T")

SECONDS = 5.0  # that one check may take

Status = Literal["ok", "warning", "problem", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `remedy` says how to mend a warning or a problem."""

    status: Status
    check: str
    message: str
    remedy: str | None = None


def ok(check: str, message: str) -> Finding:
    """Nothing to do."""
    return Finding("ok", check, message)


def warning(check: str, message: str, remedy: str) -> Finding:
    """It works, but not as well or as safely as it should."""
    return Finding("warning", check, message, remedy)


def problem(check: str, message: str, remedy: str) -> Finding:
    """It does not work, or is unsafe."""
    return Finding("problem", check, message, remedy)


def skipped(check: str, message: str) -> Finding:
    """Not checked because of another problem."""
    return Finding("skipped", check, message)


async def in_time(work: Awaitable[T]) -> T:
    """The result of an awaitable.

    Raises:
        TimeoutError: it took longer than a check may take. The message says so.
    """
    try:
        async with asyncio.timeout(SECONDS):
            return await work
    except TimeoutError:
        raise TimeoutError(f"no answer within {SECONDS:g} seconds") from None
