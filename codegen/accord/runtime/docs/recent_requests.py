"""The last requests and errors, for the landing page during development."""

from __future__ import annotations

import time
import traceback
from collections import deque
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from accord.runtime.engine.context import Observer, RequestContext

_MOST = 100


class RecentRequests:
    """An observer that remembers requests and notifies the observer of the service.

    It keeps the time, method, path, operation, status, duration and id of a request, and the type and location of an error, but
    no bodies, headers, query strings or error messages. Successful requests to paths that are not in the document are ignored.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._requests: deque[dict[str, Any]] = deque(maxlen=_MOST)
        self._errors: deque[tuple[bytes, str]] = deque(maxlen=_MOST)

    def on_response(self, context: RequestContext, status: int) -> None:
        """Remember a request."""
        self._observer.on_response(context, status)
        if context.operation is None and status < HTTPStatus.BAD_REQUEST:
            return
        self._requests.appendleft(
            {
                "time": time.time(),
                "method": context.scope["method"],
                "path": context.scope["path"],
                "operation": context.operation.id if context.operation is not None else None,
                "status": status,
                "milliseconds": round((time.perf_counter() - context.started) * 1000, 1),
                "id": context.id.decode(),
                "error": next((error for id_, error in reversed(self._errors) if id_ == context.id), None),
            }
        )

    def on_error(self, context: RequestContext, error: Exception) -> None:
        """Remember where an exception was raised."""
        self._observer.on_error(context, error)
        frames = list(traceback.walk_tb(error.__traceback__))
        place = f" in {frames[-1][0].f_globals.get('__name__')}, line {frames[-1][1]}" if frames else ""
        self._errors.append((context.id, type(error).__qualname__ + place))

    async def respond(self, _: Request) -> JSONResponse:
        """The requests as JSON, the latest first."""
        return JSONResponse(list(self._requests), headers={"cache-control": "no-store"})
