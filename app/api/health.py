"""Handlers tagged `health`."""

from app.call import Public
from app.core.errors import ServiceUnavailable
from app.schemas.operations import GetHealth, GetReadiness
from app.schemas.rows import HealthRow, ReadinessRow


@GetHealth
async def get_health(call: Public) -> GetHealth.OK:  # noqa: ARG001 - needs nothing
    return GetHealth.OK(HealthRow("healthy"))


@GetReadiness
async def get_readiness(call: Public) -> GetReadiness.OK:
    if call.resources.draining.is_set():
        raise ServiceUnavailable("The service is shutting down.")
    await call.database.ping()
    return GetReadiness.OK(ReadinessRow("ready"))
