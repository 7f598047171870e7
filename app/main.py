"""Assembles the application from its settings: resources, security schemes, limits, handlers and documentation pages."""

from __future__ import annotations

import asyncio
import functools
import sys
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import structlog
from starlette.routing import Route

from accord.document.findings import BindingError
from accord.errors import Headers
from accord.runtime import Engine, Mocked, Observer, OpenAPIApp, Operation, RequestContext, Service, bind
from accord.runtime.docs import pages as documentation_pages
from accord.runtime.docs.landing_page import Extras
from accord.runtime.docs.recent_requests import RecentRequests
from app import contract, pages, schemas
from app.call import Call, Principal
from app.core import logs, mail
from app.core.clock import utc_now
from app.core.config import Settings
from app.core.database.replica import caller
from app.core.tracing import create_tracing
from app.resources import connected, make_resources
from app.schemas import operations
from app.services.api_keys import ApiKeys
from app.services.sessions import Bearer
from app.services.shared.limits import Limits
from app.worker import working

if TYPE_CHECKING:
    from app.metrics.monitor import Monitor

# Security headers of every response.
HEADERS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
# Two years. Browsers ignore it on plain HTTP.
STRICT_TRANSPORT: Headers = ((b"strict-transport-security", b"max-age=63072000; includeSubDomains"),)


CHANGELOG = Path(__file__).parent.parent / "CHANGELOG.md"
LINKS = (
    ("health", "Health", "Whether the process is running."),
    ("health/ready", "Readiness", "Whether the service can handle requests."),
)


@functools.cache
def documentation(*, docs: bool, console: bool, development: bool) -> list[Route]:
    """The document and its pages, each made once per process. The document and what all pages share are always served."""

    def is_served(path: str) -> bool:
        return console if path.startswith("/console") else docs or path.startswith(("/openapi.", "/assets/"))

    changelog = CHANGELOG if CHANGELOG.is_file() else None
    extras = Extras(links=LINKS, changelog=changelog, recent_requests=development)
    return documentation_pages.routes(contract.document(), contract.api(), extras, is_served=is_served)


@functools.cache
def handlers(*, mock: bool = False) -> dict[str, Operation]:
    """The handler of every operation; with `mock`, operations without a handler answer with examples from the document.

    Raises:
        BindingError: handlers and document do not match.
    """
    return bind(contract.api(), _modules(), schemas.DIGEST, mock=Mocked if mock else None)


def _modules() -> list[ModuleType]:
    try:
        from app import api  # noqa: PLC0415 - here, so that a failed import ends the start with a clear message
    except ImportError as error:
        if error.name != operations.__name__:
            raise
        *_, (frame, _) = traceback.walk_tb(error.__traceback__)
        name = frame.f_globals["__name__"]
        raise BindingError(f"{name}: {error.msg}: the document has no such operation: remove its handler") from None
    return [value for value in vars(api).values() if isinstance(value, ModuleType)]


def create_app(
    settings: Settings,
    now: Callable[[], datetime] = utc_now,
    draining: asyncio.Event | None = None,
    monitor: Monitor | None = None,
) -> OpenAPIApp:
    """Create the ASGI application, a FastAPI subclass. Its readiness check fails once `draining` is set.

    A `monitor` counts requests, and serves metrics while the application runs.

    Raises:
        DocumentError: openapi.yaml contains something that cannot be enforced.
        BindingError: handlers and document do not match.
        ValueError: REDIS_URL or SMTP_URL is invalid.
    """
    resources = make_resources(settings, now)
    transport = mail.create_transport(settings)
    if draining is not None:
        resources.draining = draining
    resources.tracing = tracing = create_tracing(settings, contract.version)
    log_class = logs.ReadableRequestLog if settings.has_readable_logs else logs.RequestLog
    if tracing is not None:
        log_class = tracing.log_class(log_class)
    log = log_class(sys.stdout.fileno() if settings.access_log else None, lambda principal: principal.user_id)
    observer: Observer = log if monitor is None else monitor.observer(log)
    recent = RecentRequests(observer) if settings.env == "development" and settings.docs else None
    observer = recent or observer

    def call(context: RequestContext) -> Call[Principal | None]:
        if settings.database_read_url is not None:
            address = context.scope["client"][0] if context.scope["client"] else ""
            caller.set((address,) if context.principal is None else (address, context.principal.user_id))
        return Call(resources, context.principal, context)

    service = Service(
        schemes={"bearer": Bearer(resources), "apiKey": ApiKeys(resources)},
        call=call,
        limits=Limits(settings, resources.valkey),
        observer=observer if tracing is None else tracing.observer(observer),
        headers=HEADERS,
        host_headers=STRICT_TRANSPORT if settings.env != "development" else (),
        responses=settings.response_policy,
    )

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        async with (
            connected(resources),
            monitor.running(resources, lambda: getattr(app.state, "server", None)) if monitor is not None else nullcontext(),
            working(resources, transport) if settings.worker else nullcontext(),
        ):
            yield
        log.close()

    bound = handlers(mock=settings.mock)
    if mocked := [name for name, operation in bound.items() if isinstance(operation, Mocked)]:
        structlog.get_logger().warning("operations without a handler answer with examples from the document", operations=mocked)
    engine = Engine(contract.api(), bound, service)
    for finding in engine.findings:
        structlog.get_logger().warning("errors are not in the format of the document", finding=finding)
    app = OpenAPIApp(engine, origins=settings.origins, lifespan=lifespan, title=str(engine.document.data["info"]["title"]))
    if tracing is not None:
        app.add_middleware(tracing.middleware)
    app.state.resources = resources  # for FastAPI routes that a fork adds
    app.router.routes += _pages(settings, recent)
    return app


def _pages(settings: Settings, recent: RecentRequests | None) -> list[Route]:
    """The routes beside the API, by the settings."""
    documents = documentation(docs=settings.docs, console=settings.console, development=recent is not None)
    found = [*pages.routes(), *documents]
    return found if recent is None else [*found, Route("/requests.json", recent.respond)]
