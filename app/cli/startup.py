"""Shared by the commands that use the database: logging, the event loop, a check of the mail folder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import TypeVar
from urllib.parse import urlsplit

import structlog

from app.cli.errors import MISUSED, fail
from app.core import logs, mail
from app.core.config import Settings, unknown_settings
from app.core.security.secrets import SAMPLE_KEY
from app.resources import Resources, connected, make_resources

T = TypeVar("T")

_log = structlog.get_logger()


def log_to_stderr(settings: Settings) -> None:
    """Log to standard error, in the format of LOG_FORMAT."""
    logs.configure(readable=settings.has_readable_logs)


def log_unknown_settings() -> None:
    """Log names that look like misspelled settings. Call it once, not in every worker."""
    for line in unknown_settings():
        _log.warning(line)


def run(settings: Settings, work: Callable[[Resources], Awaitable[T]]) -> T:
    """Configure logging and run the work on an event loop, with the database connected."""

    async def connect() -> T:
        async with connected(make_resources(settings)) as resources:
            return await work(resources)

    log_to_stderr(settings)
    return asyncio.run(connect())


def require_secret_key(settings: Settings) -> None:
    """Exit with a message if SECRET_KEY is not set, or is the one of `.env.example`. Development has a key of its own."""
    if settings.env != "development" and (not settings.secret_key or SAMPLE_KEY in settings.secret_key):
        fail("SECRET_KEY: must be set outside development; print one with `openssl rand -base64 32`", code=MISUSED)


def log_loopback_url(settings: Settings) -> None:
    """Log a warning if links in mails would lead to the machine of whoever reads them. Call it once, not in every worker."""
    if settings.env != "development" and is_loopback(urlsplit(settings.public_url).hostname or ""):
        _log.warning("PUBLIC_URL is a loopback address: links in mails and passkeys will not work for others")


def is_loopback(host: str) -> bool:
    """Whether a host name or address is of the machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")  # RFC 6761, 6.3


def require_mail(settings: Settings) -> None:
    """Exit with a message if MAIL_FOLDER cannot be written; log a warning if no mail is sent. Call it once, not per worker."""
    transport = mail.create_transport(settings)
    if transport is None:
        _log.warning("mails stay in the outbox: set SMTP_URL or MAIL_FOLDER to deliver them")
    elif isinstance(transport, mail.FolderTransport):
        try:
            transport.probe()
        except OSError as error:
            fail(f"MAIL_FOLDER: cannot write to the folder {transport.path}: {error.strerror}")
