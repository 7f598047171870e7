"""Checks of where metrics are served and where traces are sent."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from importlib import import_module
from urllib.parse import urlsplit

from accord.server.sockets import listen
from app.cli.doctor.finding import Finding, in_thread, in_time, ok, problem, warning
from app.core.config import Settings


async def check_metrics(settings: Settings) -> AsyncIterator[Finding]:
    """The address of METRICS_BIND. Its port may be in use: by the running service."""
    if settings.metrics_bind is None:
        return
    host, _, port = settings.metrics_bind.rpartition(":")
    try:
        bound = await in_thread(listen, host.strip("[]"), 0)
    except (OSError, UnicodeError) as error:
        reason = f"no address of this machine ({getattr(error, 'strerror', None) or error})"
        yield problem("metrics", f"METRICS_BIND: {host} is {reason}", "set METRICS_BIND to an address of this machine")
    else:
        for one in bound:
            one.close()
        yield ok("metrics", f"served on {host}, port {port}")


async def check_traces(settings: Settings) -> AsyncIterator[Finding]:
    """The packages that traces need, and whether the collector accepts connections."""
    if settings.otel_exporter_otlp_endpoint is None:
        return
    try:
        import_module("app.core.tracing.exporter")
    except ModuleNotFoundError as error:
        yield problem("traces", f"the package of {error.name} is missing", "install requirements-traces.lock")
        return
    url = urlsplit(settings.otel_exporter_otlp_endpoint)
    host, port = str(url.hostname), url.port or (443 if url.scheme == "https" else 80)
    try:
        _, writer = await in_time(asyncio.open_connection(host, port))
    except (OSError, TimeoutError, socket.gaierror) as error:
        text = f"cannot connect to the collector at {host}:{port}: {error}; traces are lost"
        yield warning("traces", text, "start the collector, or correct OTEL_EXPORTER_OTLP_ENDPOINT")
    else:
        writer.close()
        yield ok("traces", f"the collector at {host}:{port} accepts connections")
