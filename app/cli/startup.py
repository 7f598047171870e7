"""Shared by the commands that use the database: logging, the event loop, a check of the mail folder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from app.cli.errors import MISUSED, fail
from app.core import logs, mail
from app.core.config import Settings, safety, unknown_settings
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


def require_safe_settings(settings: Settings, *, serving: bool = True) -> None:
    """Exit with a message for each setting that is unsafe in this environment. Opens nothing."""
    if rules := safety.refused(settings, serving=serving):
        fail(*(f"{rule.setting}: {rule.problem}; {rule.remedy}" for rule in rules), code=MISUSED)


def log_unsafe_settings(settings: Settings, *, serving: bool = True) -> None:
    """Log a warning that names settings that are unsafe, but permitted. Call it once, not in every worker."""
    if rules := safety.reported(settings, serving=serving):
        names = sorted({name for rule in rules for name in rule.setting.split(", ")})
        _log.warning("unsafe settings, which `python -m app doctor` explains", settings=names)


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
