"""Creates spans. Of what clients send, a span contains only the path: no query string, no body, no parameter of a statement."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import structlog
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import Span, SpanKind, StatusCode, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Receive, Scope, Send

from accord.runtime import Observer
from app.core.database import Database
from app.core.http import Client
from app.core.logs import ReadableRequestLog, RequestLog
from app.core.mail import Mail, MailTransport
from app.core.tracing.database import TracedDatabase
from app.core.tracing.requests import ReadableTracedRequestLog, RequestSpans, TracedRequestLog

FLUSH_SECONDS = 2.0  # for the last spans when the process stops

_MOST = 512  # characters of a header that is accepted
_W3C = TraceContextTextMapPropagator()


class Tracing:
    """The spans of this process."""

    def __init__(self, provider: TracerProvider, start: Callable[[], None], database_url: str) -> None:
        self._provider, self._database_url = provider, database_url
        #: Start to export: a thread, so not before the process serves, which may be forked.
        self.start = start
        self._tracer = provider.get_tracer("accord")

    async def close(self) -> None:
        """Export the remaining spans, within `FLUSH_SECONDS`."""
        flushing = asyncio.get_running_loop().run_in_executor(None, self._provider.shutdown)
        if not (await asyncio.wait({flushing}, timeout=FLUSH_SECONDS))[0]:
            structlog.get_logger().warning("the last spans were not exported in time")

    @contextmanager
    def span(self, name: str, kind: SpanKind, attributes: Mapping[str, str | int]) -> Iterator[Span]:
        """A child of the current span. Of an exception only the type is recorded: messages may hold personal data."""
        with self._tracer.start_as_current_span(
            name, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_attribute("error.type", type(error).__qualname__)
                span.set_status(StatusCode.ERROR)
                raise

    def database(self, database: Database) -> Database:
        """A database whose statements are spans."""
        return TracedDatabase(database, self.span, self._database_url)

    def client(self, client: Client) -> Client:
        """A client whose requests are spans, and carry their context."""
        return _TracedClient(client, self)

    def transport(self, transport: MailTransport) -> MailTransport:
        """A transport whose mails are spans."""
        return _TracedTransport(transport, self)

    def log_class(self, plain: type[RequestLog]) -> type[RequestLog]:
        """The log whose lines have the id of the trace."""
        return ReadableTracedRequestLog if plain is ReadableRequestLog else TracedRequestLog

    def observer(self, observer: Observer) -> Observer:
        """Describes the spans of requests, and passes everything on."""
        return RequestSpans(observer)

    def middleware(self, app: ASGIApp) -> ASGIApp:
        """An ASGI application whose requests are spans, which `accord.runtime` names through the observer."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            span = self._tracer.start_span(
                scope["method"],
                _W3C.extract(_accepted(scope)),
                SpanKind.SERVER,
                {
                    "http.request.method": scope["method"],
                    "url.path": scope["path"],
                    "url.scheme": scope["scheme"],
                    "network.protocol.version": scope["http_version"],
                    "client.address": scope["client"][0] if scope["client"] else "",
                },
            )
            with (
                use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False),
                structlog.contextvars.bound_contextvars(trace=f"{span.get_span_context().trace_id:032x}"),
            ):
                await app(scope, receive, send)

        return traced


def _accepted(scope: Scope) -> dict[str, str]:
    """The trace context of a request; a header that is repeated or too long is ignored. The propagator validates the rest."""
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        if name in (b"traceparent", b"tracestate"):
            found[name.decode()] = value.decode("latin-1") if name.decode() not in found and len(value) <= _MOST else ""
    return found


class _TracedClient:
    def __init__(self, client: Client, tracing: Tracing) -> None:
        self._client, self._tracing = client, tracing

    async def post(self, url: str, headers: Mapping[str, str], content: bytes) -> int:
        target = urlsplit(url)
        attributes: dict[str, str | int] = {"http.request.method": "POST", "server.address": target.hostname or ""}
        if target.port is not None:
            attributes["server.port"] = target.port
        with self._tracing.span("POST", SpanKind.CLIENT, attributes) as span:
            context: dict[str, str] = {}
            _W3C.inject(context)
            status = await self._client.post(url, {**headers, **context}, content)
            span.set_attribute("http.response.status_code", status)
            return status


class _TracedTransport:
    def __init__(self, transport: MailTransport, tracing: Tracing) -> None:
        self._transport, self._tracing = transport, tracing

    async def send(self, mail: Mail) -> None:
        with self._tracing.span("send mail", SpanKind.CLIENT, {"messaging.message.id": mail.message_id}):
            await self._transport.send(mail)

    async def close(self) -> None:
        await self._transport.close()
