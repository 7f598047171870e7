"""Checks of this machine's clock against those of other servers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from app.cli.doctor.finding import Finding, in_time, ok, problem, warning

_NOTICED, _HARMFUL = 1.0, 10.0  # seconds. Codes of authenticator apps change every 30 s


async def compare_clocks(server: str, ask: Callable[[], Awaitable[datetime]], now: Callable[[], datetime]) -> Finding:
    """Compare with the time of a server, assuming that request and response took equally long."""
    before = now()
    try:
        theirs = await in_time(ask())
    except Exception as error:  # noqa: BLE001 - whatever the client library raises
        return problem("clock", f"cannot read the time of {server}: {error}", "see the other findings about it")
    offset = (before + (now() - before) / 2 - theirs).total_seconds()
    message = f"{abs(offset):.1f} s {'ahead of' if offset > 0 else 'behind'} {server}"
    if abs(offset) < _NOTICED:
        return ok("clock", f"agrees with {server}")
    return (problem if abs(offset) >= _HARMFUL else warning)("clock", message, "synchronise both machines with NTP")
