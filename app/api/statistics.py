"""Handlers tagged `statistics`."""

from app.call import SignedIn
from app.schemas.operations import GetStatistics
from app.services import statistics


@GetStatistics
async def get_statistics(call: SignedIn, days: int) -> GetStatistics.OK:
    return GetStatistics.OK(await statistics.get(call.replica, call.resources, days))
