"""Names the span of a request once its operation is known, and adds the id of the trace to the log."""

from __future__ import annotations

from opentelemetry.trace import StatusCode, get_current_span

from accord.runtime import Observer, RequestContext
from app.core.logs import ReadableRequestLog, RequestLog

_SERVER_ERROR = 500


class RequestSpans:
    """An observer that describes the current span, and passes everything on to another one."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer

    def on_response(self, context: RequestContext, status: int) -> None:
        """Name the span after the operation, and add the status."""
        span, operation = get_current_span(), context.operation
        if span.is_recording():
            if operation is not None:
                span.update_name(operation.id)
                span.set_attribute("http.route", operation.definition.path)
            span.set_attribute("http.response.status_code", status)
            span.set_attribute("accord.request_id", context.id.decode())
            if status >= _SERVER_ERROR:
                span.set_attribute("error.type", str(status))
                span.set_status(StatusCode.ERROR)
        self._observer.on_response(context, status)

    def on_error(self, context: RequestContext, error: Exception) -> None:
        """The error is logged with the trace; see `Tracing.span` for why it is not in the span."""
        self._observer.on_error(context, error)


class TracedRequestLog(RequestLog):
    """Lines with the id of the trace."""

    def on_response(self, context: RequestContext, status: int) -> None:
        """Log a request."""
        before = len(self._lines)
        super().on_response(context, status)
        if len(self._lines) > before and (trace := get_current_span().get_span_context()).is_valid:
            self._lines[-1] = b'%b,"trace":"%b"}\n' % (self._lines[-1][: -len(b"}\n")], b"%032x" % trace.trace_id)


class ReadableTracedRequestLog(TracedRequestLog, ReadableRequestLog):
    """The same, readable."""
