"""A collector of OpenTelemetry that keeps the spans which are sent to it."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Span(NamedTuple):
    """A span; ids are in hexadecimal, and a root has no parent."""

    name: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, str | int]
    is_error: bool
    service: str
    events: int
    state: str


class Collector:
    """Listens on the loopback address."""

    def __enter__(self) -> Self:
        self.spans: list[Span] = []
        keep = self._keep

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.path == "/v1/traces"
                keep(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def named(self, name: str) -> Span:
        """The only span of this name."""
        [span] = [span for span in self.spans if span.name == name]
        return span

    def children(self, parent: Span) -> list[Span]:
        """The children of a span, in the order of their end."""
        return [span for span in self.spans if span.parent == parent.id]

    def _keep(self, body: bytes) -> None:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                self.spans += [
                    Span(
                        span.name,
                        span.trace_id.hex(),
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                        {item.key: item.value.string_value or item.value.int_value for item in span.attributes},
                        span.status.code == 2,
                        next(item.value.string_value for item in resource.resource.attributes if item.key == "service.name"),
                        len(span.events),
                        span.trace_state,
                    )
                    for span in scope.spans
                ]
