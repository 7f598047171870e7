"""A clock that tests control."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """A clock that only moves when `advance` is called; pass it as `create_app(settings, now=clock)`."""

    def __init__(self) -> None:
        self.time = datetime(2026, 2, 6, 10, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The current time."""
        return self.time

    def advance(self, **step: float) -> None:
        """Move forward; takes the arguments of `timedelta`."""
        self.time += timedelta(**step)
