"""The one place that knows every part: from settings to an application."""

from __future__ import annotations

import asyncio
import functools
import importlib
import pkgutil
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from types import ModuleType

import structlog
from starlette.routing import Route

from app import api, schemas
from app.core import cache, limits, logs, mail
from app.core.cache.together import Uncached
from app.core.call import Call, Principal, Resources, utc_now
from app.core.config import Settings
from app.core.database import Database, connect
from app.core.passwords import Passwords
from app.core.replica import Replicated, caller
from app.core.throttle import Lines, Throttle
from app.core.valkey import connect as meet
from app.core.valkey.calls import Valkey
from app.engine import pages
from app.engine.binding import BindingError, Operation, bind
from app.engine.description import Description
from app.engine.document import Document
from app.engine.gate import Engine, Exchange, Service
from app.engine.host import Host
from app.engine.mock import Mocked
from app.engine.problems import Headers
from app.schemas import operations
from app.services.limits import HOUR, Limits
from app.services.sessions import Bearer
from app.worker import working

DOCUMENT = Path(__file__).parent.parent / "openapi.yaml"

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
def description() -> Description:
    """The operations of `openapi.yaml`, read once a process."""
    return Description.of(Document.load(DOCUMENT))


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


def make_resources(settings: Settings, now: Callable[[], datetime] = utc_now) -> Resources:
    """What the service holds; the database and Valkey are not connected yet.

    Raises:
        ValueError: the URL of Valkey is not understood.
    """
    passwords = Passwords(
        memory_kib=settings.password_memory_kib,
        passes=settings.password_passes,
        threads=settings.password_threads,
        queue=settings.password_queue,
    )
    valkey = meet(settings.redis_url) if settings.redis_url is not None else None

    def hourly(name: str, number: int) -> limits.Limit | limits.SharedLimit | None:
        return limits.choose(name, number, HOUR, valkey, share=settings.workers)

    throttle = Throttle(
        hourly("sign-in", settings.sign_in_limit),
        hourly("sign-in-failures", settings.sign_in_failure_limit),
        Lines(settings.sign_in_interval, share=settings.workers),
    )
    return Resources(
        settings,
        passwords,
        throttle,
        hourly("sign-up", settings.sign_up_limit),
        hourly("mail", settings.mail_limit),
        now,
        valkey=valkey,
        cache=_cache(settings, valkey),
    )


def _cache(settings: Settings, valkey: Valkey | None) -> cache.Cache:
    if settings.cache == "off":
        return Uncached()
    # Processes that are not told of each other's writes must not keep anything: PostgreSQL invites several.
    alone = settings.cache == "memory" or settings.database_url.startswith("sqlite:")
    return cache.choose(valkey, alone=alone and settings.workers == 1)


@asynccontextmanager
async def connected(resources: Resources) -> AsyncIterator[Resources]:
    """The resources with their database and Valkey, for as long as the context lasts."""
    settings = resources.settings
    resources.added = asyncio.Event()
    async with AsyncExitStack() as stack:
        stack.callback(resources.passwords.close)
        opened = functools.partial(
            connect,
            statement_timeout=settings.statement_timeout,
            connections=settings.database_connections,
            pgbouncer=settings.pgbouncer,
        )
        resources.database = resources.reader = await opened(settings.database_url)
        stack.push_async_callback(resources.database.close)
        pair = await _replicated(resources, opened)
        if resources.valkey is not None:
            await stack.enter_async_context(resources.valkey)
        if pair is not None:
            resources.database, resources.reader = pair.database, pair.reader
            await stack.enter_async_context(pair)
        yield resources


async def _replicated(resources: Resources, opened: Callable[[str], Awaitable[Database]]) -> Replicated | None:
    """The database with its replica, if one is configured and safe to use."""
    settings, url = resources.settings, resources.settings.database_read_url
    if url is None or (settings.workers > 1 and resources.valkey is None):  # workers could not tell each other who has written
        return None
    try:
        return Replicated(resources.database, await opened(url), resources.valkey)
    except ConnectionError as error:
        structlog.get_logger().warning("replica unreachable; reading from the primary until restart", error=str(error))
        return None


def create_app(settings: Settings, now: Callable[[], datetime] = utc_now, draining: asyncio.Event | None = None) -> Host:
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

    def call(exchange: Exchange) -> Call[Principal | None]:
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
    for finding in engine.errors.findings:
        structlog.get_logger().warning("errors are not in the format of the document", finding=finding)
    host = Host(engine, origins=settings.origins, lifespan=lifespan, title=str(engine.document.data["info"]["title"]))
    host.router.routes += [route for route in documentation() if settings.docs or route.path.startswith("/openapi.")]
    return host
