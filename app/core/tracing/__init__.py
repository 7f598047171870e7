"""Traces for OpenTelemetry: spans of requests, statements, mails and webhooks (docs/adr/0042-metrics-and-traces.md).

OpenTelemetry is imported only if OTEL_EXPORTER_OTLP_ENDPOINT is set.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.core.config import Settings

if TYPE_CHECKING:
    from app.core.tracing.tracing import Tracing


def create_tracing(settings: Settings, version: Callable[[], str]) -> Tracing | None:
    """The tracing of this process; None if it is not configured. `version` returns the version of the service.

    Raises:
        ValueError: the packages are not installed.
    """
    if settings.otel_exporter_otlp_endpoint is None:
        return None
    try:
        from app.core.tracing.exporter import create_provider, start_export  # noqa: PLC0415 - 15 MB, and an optional installation
    except ModuleNotFoundError as error:
        raise ValueError(
            f"OTEL_EXPORTER_OTLP_ENDPOINT: the package of {error.name} is missing; install requirements-traces.lock"
        ) from error
    from app.core.tracing.tracing import Tracing  # noqa: PLC0415 - likewise

    provider = create_provider(version())
    return Tracing(provider, partial(start_export, provider, settings.otel_exporter_otlp_endpoint), settings.database_url)
