"""What a check has found."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from typing import Literal, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SECONDS = 5.0  # that one check may take

Status = Literal["ok", "warning", "problem", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `remedy` says how to fix a warning or a problem."""

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


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a function that blocks. If it takes too long, its thread does not keep the process from exiting.

    Raises:
        TimeoutError: as `in_time`.
    """
    done: Future[T] = Future()
    done.set_running_or_notify_cancel()  # from now on it cannot be cancelled, which the thread would not expect

    def run() -> None:
        try:
            done.set_result(function(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - raised where it is awaited
            done.set_exception(error)

    Thread(target=run, daemon=True).start()
    return await in_time(asyncio.wrap_future(done))
