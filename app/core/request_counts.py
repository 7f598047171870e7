"""Counts of requests by operation and duration, as `app.metrics` hands them to the service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple


class RequestCounts(NamedTuple):
    """The requests of all processes of this instance."""

    since: datetime
    bounds: Sequence[float]  # upper bounds of the buckets in seconds; the last bucket has none
    buckets: Mapping[tuple[str, int], Sequence[float]]  # the number of requests in each bucket, by operationId and status
