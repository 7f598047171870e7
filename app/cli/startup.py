"""What commands that work on the rows have in common: a log, an event loop, a folder for mails that can be written."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from app.cli.errors import fail
from app.core import logs, mail
from app.core.config import Settings, unknown_settings

T = TypeVar("T")

_log = structlog.get_logger()


def log_to_stderr(settings: Settings) -> None:
    """Write the log to standard error, readable in development."""
    logs.configure(readable=settings.env == "development")


def log_unknown_settings() -> None:
    """Say once, and not in each process that serves, which names look like settings and are none."""
    for line in unknown_settings():
        _log.warning(line)


def run(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """Run on an event loop, with logs."""
    log_to_stderr(settings)
    return asyncio.run(work)


def require_mail(settings: Settings) -> None:
    """End with a message if mails cannot be written into their folder; say, once and not in each process, if none are sent."""
    outlet = mail.create_transport(settings)
    if outlet is None:
        _log.warning("mails wait in the outbox: set SMTP_URL or MAIL_FOLDER to deliver them")
    elif isinstance(outlet, mail.FolderTransport):
        try:
            outlet.probe()
        except OSError as error:
            fail(f"MAIL_FOLDER: cannot write to the folder {outlet.path}: {error.strerror}")
