"""Handlers tagged `health`."""

from app.core.call import Public
from app.schemas.operations import GetHealth, GetReadiness
from app.schemas.rows import HealthRow, ReadinessRow


@GetHealth
async def get_health(call: Public) -> GetHealth.OK:  # noqa: ARG001 - depends on nothing
    return GetHealth.OK(HealthRow("healthy"))


@GetReadiness
async def get_readiness(call: Public) -> GetReadiness.OK:
    await call.database.ping()
    return GetReadiness.OK(ReadinessRow("ready"))
