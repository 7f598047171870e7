"""What every command of `accord` needs: settings or a clear complaint, and a database that is migrated."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import structlog
import typer
from pydantic import ValidationError

from app import migrations
from app.core import logs, mail
from app.core.config import Settings

T = TypeVar("T")

_log = structlog.get_logger()


def fail(text: str) -> NoReturn:
    """End with a complaint on standard error and exit code 1."""
    for line in text.splitlines():
        typer.echo(f"accord: {line}", err=True)
    raise SystemExit(1)


def read_settings(**changes: Any) -> Settings:  # noqa: ANN401 - of the types that Settings has
    """The settings of the environment, with what the command line changes; None changes nothing."""
    given = {name: value for name, value in changes.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        faults = (
            f"{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        )
        fail("\n".join(faults))


def run(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """Run on an event loop, with logs."""
    logs.configure(readable=settings.env == "development")
    return asyncio.run(work)


def require_tables(settings: Settings) -> None:
    """End with a complaint if migrations are pending."""
    if waiting := migrations.pending(settings.database_url):
        fail(f"the database lacks the migrations {', '.join(waiting)}: run `accord migrate`")


def tell_if_mails_wait(settings: Settings) -> None:
    """Say once, and not in each process that serves, that nothing delivers mails."""
    if mail.outlet(settings) is None:
        _log.warning("mails wait in the outbox: set SMTP_URL or MAIL_FOLDER to deliver them")
