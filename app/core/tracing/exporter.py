"""Sends spans to a collector, by OTLP over HTTP, from a thread. The OTEL_ variables of the environment apply."""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor


def create_provider(endpoint: str, version: str) -> TracerProvider:
    """A provider of tracers that exports to the collector at this base URL."""
    described = Resource({"service.name": "accord", "service.version": version})
    provider = TracerProvider(resource=described.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    return provider
