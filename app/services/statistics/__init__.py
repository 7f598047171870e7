"""Statistics for operators: what happened on the last days, and the requests that `app.metrics` counts."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from operator import attrgetter

from app.core.database import Database
from app.core.request_counts import RequestCounts
from app.resources import Resources
from app.schemas.rows import DayStatisticsRow, RequestStatisticsRow, StatisticsRow
from app.services.statistics.queries import COUNT_BY_DAY

MAX_REQUESTS = 1000  # rows of the response; the document says so too

_DAY = timedelta(days=1)


async def get(database: Database, resources: Resources, days: int) -> StatisticsRow:
    """The statistics of the last days, with today; one statement."""
    by_day = await _by_day(database, resources.now().astimezone(UTC).date(), days)
    if resources.request_counts is None:
        return StatisticsRow(by_day, [], None)
    counts = await asyncio.to_thread(resources.request_counts)  # reading the memory of many processes takes milliseconds
    return StatisticsRow(by_day, _by_operation(counts), counts.since)


async def _by_day(database: Database, today: date, days: int) -> list[DayStatisticsRow]:
    dates = [today - number * _DAY for number in reversed(range(days))]
    found = {day: DayStatisticsRow(day.isoformat(), 0, 0, 0) for day in dates}
    since, until = (datetime.combine(day, time(), UTC) for day in (dates[0], today + _DAY))
    for kind, day, number in await database.all(COUNT_BY_DAY, since=since, until=until):
        setattr(found[day], kind, number)
    return list(found.values())


def _by_operation(counts: RequestCounts) -> list[RequestStatisticsRow]:
    rows = (
        RequestStatisticsRow(
            operation,
            status,
            int(sum(buckets)),
            1000 * quantile(0.5, counts.bounds, buckets),
            1000 * quantile(0.95, counts.bounds, buckets),
        )
        for (operation, status), buckets in counts.buckets.items()
        if sum(buckets)
    )
    most = heapq.nlargest(MAX_REQUESTS, rows, key=attrgetter("count"))
    return sorted(most, key=attrgetter("operation_id", "status"))


def quantile(share: float, bounds: Sequence[float], buckets: Sequence[float]) -> float:
    """A quantile of a histogram, as `histogram_quantile` of Prometheus estimates it.

    Linear within a bucket; in the last bucket, which has no upper bound, the bound of the one before.
    """
    rank, lower, below = share * sum(buckets), 0.0, 0.0
    for upper, total in zip(bounds, accumulate(buckets), strict=False):
        if total >= rank:
            return lower + (upper - lower) * (rank - below) / (total - below)
        lower, below = upper, total
    return lower
