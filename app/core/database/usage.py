"""How busy a database is, for metrics."""

from __future__ import annotations

from typing import NamedTuple


class Usage(NamedTuple):
    """The connections of one process. On SQLite, the one of the writer."""

    open: int
    in_use: int
    waiting: int  # statements and transactions that wait for a connection now
    waits: int  # since the start: those that had to wait, and their time in seconds
    wait_seconds: float
