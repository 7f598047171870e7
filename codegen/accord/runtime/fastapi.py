"""The FastAPI application: the engine serves the document's paths, FastAPI serves every other route."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from accord.document.pointer import escape
from accord.errors import RequestRejected
from accord.problems.fault import MAX_FAULTS, fault
from accord.runtime.cors import Cors
from accord.runtime.engine.context import RequestContext
from accord.runtime.engine.engine import Engine
from accord.runtime.engine.operation import CompiledOperation

# FastAPI would look up OpenTelemetry's providers on every request, a tenth of its whole cost; `telemetry={...}` enables it.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


# The context of a pydantic error whose message states bounds only. A message with any other context may repeat the input.
_SAFE_CONTEXT = frozenset(
    {
        *("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "actual_length", "field_type", "pattern"),
        *("expected", "max_digits", "decimal_places", "whole_digits"),
    }
)
_MAX_MESSAGE_LENGTH = 200  # characters


def _fault(error: Any) -> msgspec.Raw:  # noqa: ANN401 - one of FastAPI's errors
    place, *steps = error["loc"]
    message = str(error["msg"])[:_MAX_MESSAGE_LENGTH] if _SAFE_CONTEXT.issuperset(error.get("ctx", ())) else None
    return fault(str(place), "".join("/" + escape(str(step)) for step in steps), str(error["type"]), message)


class OpenAPIApp(FastAPI):
    """A FastAPI application whose documented operations are served by an engine; everything else works as in FastAPI."""

    def __init__(self, engine: Engine, *, origins: Sequence[str] = (), **extra: Any) -> None:  # noqa: ANN401 - FastAPI's own
        self.engine = engine
        super().__init__(docs_url=None, redoc_url=None, openapi_url=None, **{"telemetry": _NO_TELEMETRY, **extra})
        engine.app = self
        if origins:
            definitions = [operation.definition for operation in engine.operations]
            engine.responder.cors = Cors(engine.document, definitions, origins)
        self.router.redirect_slashes = False
        self.router.routes += engine.operations
        self.add_exception_handler(HTTPException, self._problem)
        self.add_exception_handler(RequestValidationError, self._problem)
        self.add_exception_handler(Exception, self._problem)

    def openapi(self) -> dict[str, Any]:
        """The document itself, not one generated from handlers."""
        document: dict[str, Any] = self.engine.document.data
        return document

    async def _problem(self, request: Request, error: Exception) -> Response:
        """The response to an error of a FastAPI route or of the framework, in the format of the document's errors."""
        context: RequestContext = request.scope["accord.context"]
        if isinstance(error, HTTPException):
            headers = tuple((name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items())
            if error.status_code < 400:  # noqa: PLR2004 - such as a redirect
                return Response(status_code=error.status_code, headers=error.headers)
            is_default = error.detail == HTTPStatus(error.status_code).phrase
            error = RequestRejected(error.status_code, None if is_default else str(error.detail), headers)
        elif isinstance(error, RequestValidationError):
            error = RequestRejected(422, faults=[_fault(found) for found in error.errors()[:MAX_FAULTS]])
        status, headers_out, body = self.engine.responder.problem(context, error)
        response = Response(body, status_code=status)
        length = (b"content-length", b"%d" % len(response.body))
        response.raw_headers = [*self.engine.responder.complete(context, headers_out, None), length]
        return response

    def build_middleware_stack(self) -> ASGIApp:
        """User middleware > the engine > for paths that the document does not define, FastAPI's own stack."""
        user_middleware, self.user_middleware = self.user_middleware, []
        fastapi = super().build_middleware_stack()
        self.user_middleware = user_middleware
        routes = [route for route in self.router.routes if not isinstance(route, CompiledOperation)]

        def fallback(scope: Scope) -> ASGIApp | None:
            return fastapi if any(route.matches(scope)[0] is not Match.NONE for route in routes) else None

        def dispatch(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
            return (serve if scope["type"] == "http" else fastapi)(scope, receive, send)

        serve, self.engine.fallback = self.engine.serve, fallback
        app: ASGIApp = dispatch
        for middleware in reversed(user_middleware):
            app = middleware.cls(app, *middleware.args, **middleware.kwargs)
        return app
