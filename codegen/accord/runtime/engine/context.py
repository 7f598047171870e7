"""What the engine knows about a request, and what a service supplies: security schemes, rate limits, an observer."""

from __future__ import annotations

import itertools
import os
from asyncio import Future
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.types import Scope

from accord.errors import Headers
from accord.runtime.engine.operation import CompiledOperation
from accord.runtime.security.requirements import Scheme


class RateLimitResult(Protocol):
    """The state of a rate limit after one request was counted."""

    @property
    def headers(self) -> Headers:
        """The response headers that describe the limit."""

    @property
    def wait(self) -> int:
        """Seconds until the next request is allowed; 0 if this one is."""


class RateLimits(Protocol):
    """Counts requests. A result that is not known at once is returned as a future."""

    def address(self, scope: Scope) -> RateLimitResult | Future[Any]:
        """Count a request from this client address."""

    def account(self, principal: Any) -> RateLimitResult | Future[Any]:  # noqa: ANN401 - the service's own
        """Count a request of this principal."""


class Observer(Protocol):
    """Is notified of every response and every error of the service."""

    def on_response(self, context: RequestContext, status: int) -> None:
        """A response was sent; 499 if the client closed the connection first."""

    def on_error(self, context: RequestContext, error: Exception) -> None:
        """The service failed; the client received a 500 with the request id only."""


@dataclass(slots=True)
class RequestContext:
    """One request, and what the engine has found out about it so far."""

    id: bytes
    scope: Scope
    started: float  # time.perf_counter()
    operation: CompiledOperation | None = None
    principal: Any = None
    rate_limit_headers: Headers = ()
    cors_headers: Headers = ()
    is_preflight: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What a service supplies to the engine.

    `call` creates the first argument of handlers. `headers` are sent with every response of the engine, unless the response has
    its own header of that name; `host_headers`, such as Strict-Transport-Security, with those of FastAPI routes as well.
    `responses` is the policy of response validation (`Policy.of`). Without an `observer`, errors of the service are logged to
    the logger `accord`.
    """

    schemes: Mapping[str, Scheme]
    call: Callable[[RequestContext], object]
    limits: RateLimits | None = None
    observer: Observer | None = None
    headers: Headers = ()
    host_headers: Headers = ()
    responses: str = "off"


_count = itertools.count(1).__next__
_prefix = b""


def _renew_prefix() -> None:
    global _prefix  # noqa: PLW0603 - a module variable is the cheapest to read
    digits = os.urandom(10).hex()
    _prefix = f"{digits[:8]}-{digits[8:12]}-8{digits[12:15]}-a{digits[15:18]}-".encode()


_renew_prefix()
os.register_at_fork(after_in_child=_renew_prefix)


def new_request_id() -> bytes:
    """A UUID (version 8) of a random prefix per process and a counter: unique, at a tenth of the cost of `uuid4`."""
    return _prefix + b"%012x" % _count()
