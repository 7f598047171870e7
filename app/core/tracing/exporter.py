"""Sends spans to a collector, by OTLP over HTTP, from a thread. The OTEL_ variables of the environment apply."""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def create_provider(version: str) -> TracerProvider:
    """A provider of tracers, whose spans go nowhere yet."""
    described = Resource({"service.name": "accord", "service.version": version})
    return TracerProvider(resource=described.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)


def start_export(provider: TracerProvider, endpoint: str) -> None:
    """Start the thread that exports spans to the collector at this base URL."""
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
