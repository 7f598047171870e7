"""The one place that knows every part: from settings to an application."""

from __future__ import annotations

import asyncio
import functools
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import Route

from app import schemas
from app.api import health, posts, profiles, sessions, users
from app.core import cache, limits, logs, mail
from app.core.call import Call, Resources, utc_now
from app.core.config import Settings
from app.core.database import connect
from app.core.passwords import Passwords
from app.core.valkey import connect as meet
from app.engine import pages
from app.engine.binding import Operation, bind
from app.engine.description import Description
from app.engine.document import Document
from app.engine.gate import Engine, Service
from app.engine.host import Host
from app.engine.problems import Headers
from app.schemas.operations import Handlers
from app.services.limits import PERIOD, Limits
from app.services.sessions import Bearer
from app.worker import working

DOCUMENT = Path(__file__).parent.parent / "openapi.yaml"

# A module that lacks a handler is rejected here by mypy, and by `bind` at start.
HANDLERS = Handlers(health=health, posts=posts, profiles=profiles, sessions=sessions, users=users)

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


def handlers() -> dict[str, Operation]:
    """The handler of every operation.

    Raises:
        BindingError: handlers and document differ.
    """
    modules = [HANDLERS.health, HANDLERS.posts, HANDLERS.profiles, HANDLERS.sessions, HANDLERS.users]
    return bind(description(), modules, schemas.DIGEST)


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
    sign_ins = limits.choose("signin", settings.sign_in_limit, PERIOD, valkey, share=settings.workers)
    return Resources(settings, passwords, sign_ins, now, valkey=valkey, cache=cache.choose(valkey, settings.workers))


@asynccontextmanager
async def connected(resources: Resources) -> AsyncIterator[Resources]:
    """The resources with their database and Valkey, for as long as the context lasts."""
    settings = resources.settings
    resources.added = asyncio.Event()
    resources.database = await connect(settings.database_url, statement_timeout=settings.statement_timeout)
    try:
        if resources.valkey is not None:
            await resources.valkey.open()
        yield resources
    finally:
        if resources.valkey is not None:
            await resources.valkey.close()
        resources.passwords.close()
        await resources.database.close()


def create_app(settings: Settings, now: Callable[[], datetime] = utc_now, draining: asyncio.Event | None = None) -> FastAPI:
    """The application: an ASGI application and an ordinary FastAPI one. It is not ready any more once `draining` is set.

    Raises:
        DocumentError: openapi.yaml holds something that cannot be enforced.
        BindingError: handlers and document differ.
        ValueError: the URL of Valkey or of the SMTP server is not understood.
    """
    resources = make_resources(settings, now)
    outlet = mail.outlet(settings)
    if draining is not None:
        resources.draining = draining
    log = logs.RequestLog(sys.stdout.fileno() if settings.access_log else None, lambda principal: principal.user_id)
    service = Service(
        schemes={"bearer": Bearer(resources)},
        call=functools.partial(Call, resources),
        limits=Limits(settings, resources.valkey),
        observer=log,
        headers=HEADERS + (TRANSPORT if settings.env != "development" else ()),
        responses=settings.response_policy,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with connected(resources), working(resources, outlet) if settings.worker else nullcontext():
            yield
        log.close()

    engine = Engine(description(), handlers(), service)
    host = Host(engine, origins=settings.origins, lifespan=lifespan, title=str(engine.document.data["info"]["title"]))
    host.router.routes += [route for route in documentation() if settings.docs or route.path.startswith("/openapi.")]
    return host
