"""Sends responses: completes their headers, validates them against the document, streams their bodies, reports errors."""

from __future__ import annotations

import logging
from operator import itemgetter

from starlette.types import Message, Receive, Send

from accord.errors import ApiError, ClientGone, HeaderList
from accord.openapi.api import API
from accord.runtime.cors import VARY, Cors, vary_by_origin
from accord.runtime.engine.context import RequestContext, Service
from accord.runtime.error_responses import ErrorResponses
from accord.runtime.responses.encoder import Content, Response
from accord.runtime.responses.streams import Stream, while_connected
from accord.runtime.responses.validation import Policy, ResponseValidator

_LOGGER = logging.getLogger("accord")
_NAME = itemgetter(0)  # of a header

_MAX_CACHED_HEADERS = 10_000  # operations have few sets of header names; handlers that FastAPI routes may have any


class Responder:
    """Sends the responses of one document."""

    def __init__(self, api: API, service: Service) -> None:
        self.errors = ErrorResponses(api.document, api.operations)
        self.cors: Cors | None = None  # set by `OpenAPIApp` if origins are configured
        self._service_headers, self._observer = (*service.headers, *service.host_headers), service.observer
        # The headers to add to a response, by its operation and the names of its own headers.
        self._added_headers: dict[tuple[str, tuple[bytes, ...]], HeaderList] = {}
        self._policy = Policy.of(service.responses)
        validated = api.operations if self._policy.share else ()
        self._validators = {operation.id: ResponseValidator(operation, self._policy) for operation in validated}

    def problem(self, context: RequestContext, error: Exception, *, report: bool = True) -> Response:
        """The response to any error. An error that is not the client's is reported and becomes a 500."""
        status, headers, body, fault = self.errors.response(context.operation, error, context.id)
        if isinstance(error, ApiError) and error.limits:
            context.rate_limit_headers = error.limits
        if fault is not None and report:
            self._report(context, fault)
        return status, headers, body

    def complete(self, context: RequestContext, headers: HeaderList, body: Content) -> HeaderList:
        """Add the headers that every response has, unless it has its own."""
        operation = context.operation
        own = tuple(map(_NAME, headers))
        key = (operation.id if operation is not None else "", own)
        added = self._added_headers.get(key)
        if added is None:
            extra = operation.extra_headers if operation is not None else ()
            common = (*self._service_headers, *extra, *((VARY,) if self.cors is not None else ()))
            added = [header for header in common if header[0] not in own]
            if len(self._added_headers) < _MAX_CACHED_HEADERS:
                self._added_headers[key] = added
        headers += added
        headers.append((b"x-request-id", context.id))
        headers += context.rate_limit_headers
        if self.cors is not None:
            headers += context.cors_headers
            if b"vary" in own:
                vary_by_origin(headers)
        if isinstance(body, bytes):
            headers.append((b"content-length", b"%d" % len(body)))
        return headers

    async def send(
        self, context: RequestContext, response: Response, receive: Receive, send: Send, *, is_rejection: bool
    ) -> None:
        """Complete, validate and send a response."""
        status, headers, body = response
        headers = self.complete(context, headers, body)
        if self._validators and context.operation is not None:
            status, headers, body = await self._validate(context, status, headers, body, is_rejection=is_rejection)
        start: Message = {"type": "http.response.start", "status": status, "headers": headers}
        if isinstance(body, Stream):
            await self._stream(context, start, body, receive, send)
            return
        if self._observer is not None:
            self._observer.on_response(context, status)
        await send(start)
        is_empty = body is None or context.scope["method"] == "HEAD"
        await send({"type": "http.response.body", "body": b"" if is_empty else body})

    async def send_problem(self, context: RequestContext, error: Exception, send: Send) -> int:
        """Send the response to an error, which is not observed here; returns its status."""
        status, headers, body = self.problem(context, error)
        await send({"type": "http.response.start", "status": status, "headers": self.complete(context, headers, body)})
        is_empty = body is None or context.scope["method"] == "HEAD"
        await send({"type": "http.response.body", "body": b"" if is_empty else body})
        return status

    def observe(self, context: RequestContext, status: int) -> None:
        """Notify the observer of a response."""
        if self._observer is not None:
            self._observer.on_response(context, status)

    async def _validate(
        self, context: RequestContext, status: int, headers: HeaderList, body: Content, *, is_rejection: bool
    ) -> Response:
        """The response itself, or the 500 that replaces it under a strict policy.

        A rejection that the document omits is reported and sent: the client is at fault, not the service.
        """
        validator = self._validators[context.operation.id]  # type: ignore[union-attr]  # checked by the caller
        if not validator.is_due() or (violation := validator.violation(status, headers, body)) is None:
            return status, headers, body
        self._report(context, violation)
        if is_rejection or not self._policy.is_strict:
            return status, headers, body
        if isinstance(body, Stream):
            await body.close()
        status, headers, body = self.problem(context, violation, report=False)
        return status, self.complete(context, headers, body), body

    async def _stream(self, context: RequestContext, start: Message, stream: Stream, receive: Receive, send: Send) -> None:
        """Send a body in parts. An error before the first part becomes a problem; a later one breaks off the connection.

        The observer is notified at the end: 499 if the client left early, 500 if the response was broken off.
        """
        status = start["status"]
        try:
            if context.scope["method"] == "HEAD":
                await send(start)
                await send({"type": "http.response.body", "body": b""})
            else:
                await while_connected(stream.send(start, send), receive)
        except ClientGone:
            status = 499
        except Exception as error:
            if stream.has_started:
                status, _, _ = self.problem(context, error)
                raise  # the server closes the connection, so the client sees that the response is incomplete
            status = await self.send_problem(context, error, send)
        finally:
            await stream.close()
            self.observe(context, status)

    def _report(self, context: RequestContext, error: Exception) -> None:
        if self._observer is not None:
            self._observer.on_error(context, error)
        else:
            _LOGGER.error("request %s: %s", context.id.decode(), error, exc_info=error)
