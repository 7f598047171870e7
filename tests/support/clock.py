"""A clock that a test moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """Stands still until it is told; `create_app(settings, now=clock)` takes it for the time."""

    def __init__(self) -> None:
        self.time = datetime(2026, 2, 6, 10, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        """This moment."""
        return self.time

    def advance(self, **step: float) -> None:
        """Let time pass, as `timedelta` counts it."""
        self.time += timedelta(**step)
