"""FastAPI around the engine: operations of the document take the engine, everything else FastAPI's ordinary way."""

from __future__ import annotations

from collections.abc import Sequence
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
from accord.runtime.compiled_operation import Operation
from accord.runtime.cors import Cors
from accord.runtime.engine import Engine, RequestContext
from accord.runtime.problems.problem import RequestRejected
from accord.runtime.validator import MOST_FAULTS, fault

# FastAPI would look for OpenTelemetry's providers in the environment on every request: a tenth of its whole cost. Who sets
# them up passes `telemetry={...}`.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


# What pydantic's messages may hold: bounds of the declaration. A message with anything else may repeat what was sent.
_BOUNDS = frozenset(
    {
        *("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "actual_length", "field_type", "pattern"),
        *("expected", "max_digits", "decimal_places", "whole_digits"),
    }
)
_LONGEST = 200  # characters of a message


def _fault(found: Any) -> msgspec.Raw:  # noqa: ANN401 - one of FastAPI's errors
    place, *steps = found["loc"]
    said = str(found["msg"])[:_LONGEST] if _BOUNDS.issuperset(found.get("ctx", ())) else None
    return fault(str(place), "".join("/" + escape(str(step)) for step in steps), str(found["type"]), said)


class OpenAPIApp(FastAPI):
    """A FastAPI application that serves a document through an engine.

    Lifespan, middleware, exception handlers and further routes work as in any FastAPI application.
    """

    def __init__(self, engine: Engine, *, origins: Sequence[str] = (), **extra: Any) -> None:  # noqa: ANN401 - FastAPI's own
        self.engine = engine
        super().__init__(docs_url=None, redoc_url=None, openapi_url=None, **{"telemetry": _NO_TELEMETRY, **extra})
        engine.app = self
        if origins:
            engine.cors = Cors(engine.document, [operation.described for operation in engine.operations], origins)
        self.router.redirect_slashes = False
        self.router.routes += engine.operations
        self.add_exception_handler(HTTPException, self._problem)
        self.add_exception_handler(RequestValidationError, self._problem)
        self.add_exception_handler(Exception, self._problem)

    def openapi(self) -> dict[str, Any]:
        """The document itself, never one derived from handlers."""
        document: dict[str, Any] = self.engine.document.data
        return document

    async def _problem(self, request: Request, error: Exception) -> Response:
        """Errors of ordinary routes and of the framework, in the same form as those of operations."""
        exchange: RequestContext = request.scope["exchange"]
        if isinstance(error, HTTPException):
            headers = tuple((name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items())
            if error.status_code < 400:  # noqa: PLR2004 - a redirect, say, which is no error
                return Response(status_code=error.status_code, headers=error.headers)
            usual = error.detail == HTTPStatus(error.status_code).phrase
            error = RequestRejected(error.status_code, None if usual else str(error.detail), headers)
        elif isinstance(error, RequestValidationError):
            error = RequestRejected(422, faults=[_fault(found) for found in error.errors()[:MOST_FAULTS]])
        status, headers_out, body = self.engine.problem(exchange, error)
        finished = self.engine.finish(exchange, headers_out, None)
        response = Response(body, status_code=status)
        response.raw_headers = [*finished, (b"content-length", b"%d" % len(body or b""))]
        return response

    def build_middleware_stack(self) -> ASGIApp:
        """User middleware > the engine, with CORS > for paths that the document does not have, the ordinary FastAPI stack."""
        user, self.user_middleware = self.user_middleware, []
        ordinary = super().build_middleware_stack()
        self.user_middleware = user
        routes = [route for route in self.router.routes if not isinstance(route, Operation)]

        def other(scope: Scope) -> ASGIApp | None:
            return ordinary if any(route.matches(scope)[0] is not Match.NONE for route in routes) else None

        async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
            await (serve if scope["type"] == "http" else ordinary)(scope, receive, send)

        serve, self.engine.ordinary = self.engine.serve, other
        app: ASGIApp = dispatch
        for middleware in reversed(user):
            app = middleware.cls(app, *middleware.args, **middleware.kwargs)
        return app
