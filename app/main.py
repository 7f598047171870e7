"""The one place that knows every part: from settings to an application."""

from __future__ import annotations

import asyncio
import functools
import importlib
import pkgutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime
from types import ModuleType

import structlog
from starlette.routing import Route

from accord.document.findings import BindingError
from accord.runtime import Engine, Mocked, OpenAPIApp, Operation, RequestContext, Service, bind
from accord.runtime.docs import pages
from accord.runtime.errors import Headers
from app import api, schemas
from app.contract import description
from app.core import logs, mail
from app.core.call import Call, Principal, utc_now
from app.core.config import Settings
from app.core.replica import caller
from app.resources import connected, make_resources
from app.schemas import operations
from app.services.limits import Limits
from app.services.sessions import Bearer
from app.worker import working

# What answers of an API need: never sniffed, framed or stored, and no referrer.
HEADERS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
# Browsers heed it over HTTPS only; there it keeps them from ever going back to HTTP (two years).
TRANSPORT: Headers = ((b"strict-transport-security", b"max-age=63072000; includeSubDomains"),)


@functools.cache
def documentation() -> list[Route]:
    """The document and its pages, rendered once a process."""
    return pages.routes(description().document, description())


def handlers(*, mock: bool = False) -> dict[str, Operation]:
    """The handler of every operation; with `mock`, those that are missing answer from the document.

    Raises:
        BindingError: handlers and document differ.
    """
    modules = [_module(f"{api.__name__}.{found.name}") for found in pkgutil.iter_modules(api.__path__)]
    return bind(description(), modules, schemas.DIGEST, mock=Mocked if mock else None)


def _module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if error.name != operations.__name__:
            raise
        raise BindingError(f"{name}: {error.msg}: the document has no such operation: remove its handler") from None


def create_app(settings: Settings, now: Callable[[], datetime] = utc_now, draining: asyncio.Event | None = None) -> OpenAPIApp:
    """The application, also an ordinary ASGI and FastAPI one. It is not ready any more once `draining` is set.

    Raises:
        DocumentError: openapi.yaml holds something that cannot be enforced.
        BindingError: handlers and document differ.
        ValueError: the URL of Valkey or of the SMTP server is not understood.
    """
    resources = make_resources(settings, now)
    outlet = mail.outlet(settings)
    if draining is not None:
        resources.draining = draining
    kind = logs.ReadableRequestLog if settings.env == "development" else logs.RequestLog
    log = kind(sys.stdout.fileno() if settings.access_log else None, lambda principal: principal.user_id)

    def call(exchange: RequestContext) -> Call[Principal | None]:
        if settings.database_read_url is not None:
            address = exchange.scope["client"][0] if exchange.scope["client"] else ""
            caller.set((address,) if exchange.principal is None else (address, exchange.principal.user_id))
        return Call(resources, exchange.principal, exchange.scope["client"])

    service = Service(
        schemes={"bearer": Bearer(resources)},
        call=call,
        limits=Limits(settings, resources.valkey),
        observer=log,
        headers=HEADERS + (TRANSPORT if settings.env != "development" else ()),
        responses=settings.response_policy,
    )

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with connected(resources), working(resources, outlet) if settings.worker else nullcontext():
            yield
        log.close()

    bound = handlers(mock=settings.mock)
    if mocked := [name for name, operation in bound.items() if isinstance(operation, Mocked)]:
        structlog.get_logger().warning("operations without a handler answer from the document", operations=mocked)
    engine = Engine(description(), bound, service)
    for finding in engine.findings:
        structlog.get_logger().warning("errors are not in the format of the document", finding=finding)
    host = OpenAPIApp(engine, origins=settings.origins, lifespan=lifespan, title=str(engine.document.data["info"]["title"]))
    host.router.routes += [route for route in documentation() if settings.docs or route.path.startswith("/openapi.")]
    return host
