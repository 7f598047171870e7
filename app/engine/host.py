"""FastAPI around the engine: operations of the document take the engine, everything else FastAPI's ordinary way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from app.engine.gate import Engine, Exchange
from app.engine.operation import Operation
from app.engine.problems import Refusal

# FastAPI would look for OpenTelemetry's providers in the environment on every request: a tenth of its whole cost. Who sets
# them up passes `telemetry={...}`.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False}


class Cors:
    """Starlette's CORS, entered only by requests from a listed origin: others see answers without CORS headers."""

    def __init__(self, app: ASGIApp, origins: Sequence[str], expose: Sequence[str]) -> None:
        self._app, self._origins = app, {origin.encode() for origin in origins}
        self._cors = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
            allow_headers=["Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key"],
            expose_headers=expose,
            max_age=600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look for a listed Origin, which most requests do not have."""
        for name, value in scope["headers"] if scope["type"] == "http" else ():
            if name == b"origin" and value in self._origins:
                await self._cors(scope, receive, send)
                return
        await self._app(scope, receive, send)


class Host(FastAPI):
    """A FastAPI application that serves a document through an engine.

    Lifespan, middleware, exception handlers and further routes work as in any FastAPI application.
    """

    def __init__(self, engine: Engine, *, origins: Sequence[str] = (), **extra: Any) -> None:  # noqa: ANN401 - FastAPI's own
        self.engine = engine
        super().__init__(docs_url=None, redoc_url=None, openapi_url=None, **{"telemetry": _NO_TELEMETRY, **extra})
        engine.app = self
        self._origins = origins
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
        exchange = Exchange(self.engine.new_id(), request.scope, 0.0)
        if isinstance(error, HTTPException) and self.engine.problems.known(error.status_code):
            headers = tuple((name.lower().encode(), value.encode()) for name, value in (error.headers or {}).items())
            error = Refusal(error.status_code, headers=headers)
        elif isinstance(error, RequestValidationError):
            error = Refusal(422)
        status, headers_out, body = self.engine.problem(exchange, error)
        finished = self.engine.finish(exchange, headers_out, None)
        response = Response(body, status_code=status)
        response.raw_headers = [*finished, (b"content-length", b"%d" % len(body))]
        return response

    def build_middleware_stack(self) -> ASGIApp:
        """User middleware > CORS > the engine > for paths that the document does not have, the ordinary FastAPI stack."""
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
        if self._origins:
            exposed = ["ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-ID"]
            app = Cors(app, self._origins, exposed)
        for middleware in reversed(user):
            app = middleware.cls(app, *middleware.args, **middleware.kwargs)
        return app
