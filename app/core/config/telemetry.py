"""Settings of logs, metrics and traces."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator

from app.core.config.group import Group

_BIND = re.compile(r"([^\s:\[\]]+|\[[0-9a-f:.]+\]):[0-9]{1,5}").fullmatch


class TelemetrySettings(Group):
    """Logs, metrics and traces."""

    access_log: bool = True
    """Log one line per request on standard output."""

    log_format: Literal["auto", "json", "readable"] = "auto"
    """`json`: one object per line. `readable`: for people. `auto`: readable in development, else JSON."""

    metrics_bind: str | None = Field(default=None, examples=["127.0.0.1:9000"])
    """Serve metrics for Prometheus on this address, path `/metrics` (docs/operations.md). Unset: there are no metrics."""

    otel_exporter_otlp_endpoint: str | None = Field(default=None, examples=["http://127.0.0.1:4318"])
    """Send traces to this OpenTelemetry collector, by OTLP over HTTP. The other `OTEL_` variables apply if they are in the
    environment. Unset: there are no traces."""

    @field_validator("metrics_bind")
    @classmethod
    def _check_bind(cls, value: str | None) -> str | None:
        if value is not None and not _BIND(value):
            raise ValueError("must be host:port, such as 127.0.0.1:9000 or [::1]:9000")
        return value

    @field_validator("otel_exporter_otlp_endpoint")
    @classmethod
    def _check_endpoint(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "http://unset")
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be http://host or https://host, with an optional port and path")
        return value
