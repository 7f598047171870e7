"""What every command of `accord` needs: settings or a clear message, and a database that is migrated."""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import structlog
import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app import migrations
from app.core import logs, mail
from app.core.config import ENV_FILE, Settings, misspelt
from app.core.database import describe
from app.core.printable import printable

T = TypeVar("T")

# Exit codes. With 2 a restart does not help: the command line or a setting has to be changed.
FAILED, MISUSED = 1, 2

_log = structlog.get_logger()


def fail(*lines: str, code: int = FAILED) -> NoReturn:
    """End with these lines on standard error."""
    for line in lines:
        typer.echo(f"accord: {printable(line)}", err=True)
    raise SystemExit(code)


def program() -> str:
    """What to type for this program: `accord` if that finds it, else the path by which it was started."""
    started = Path(sys.argv[0])
    if started.suffix == ".py":
        return f"{_typed(Path(sys.executable))} -m app"
    return _typed(started)


def _typed(started: Path) -> str:
    found = shutil.which(started.name)
    if found is not None and Path(found).absolute() == started.absolute():
        return started.name
    return str(started.relative_to(Path.cwd())) if started.is_relative_to(Path.cwd()) else str(started)


def read_settings(*, logged: bool = False, **changes: Any) -> Settings:  # noqa: ANN401 - of the types that Settings has
    """The settings of the environment, with what the command line changes; None changes nothing.

    Names that look like settings and are none are reported. A service (`logged`) does that by `log_misspelt`.
    """
    given = {name: value for name, value in changes.items() if value is not None}
    try:
        settings = Settings(**given)
        unknown = [] if logged else misspelt()
    except ValidationError as error:
        names = ((".".join(map(str, fault["loc"])).upper(), fault["msg"]) for fault in error.errors(include_input=False))
        fail(*(f"{name}: {_wording(message)}" for name, message in names), code=MISUSED)
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{ENV_FILE}: cannot be read: {error}", code=MISUSED)
    if logged:
        logs.configure(readable=settings.env == "development")
    for line in unknown:
        typer.echo(f"accord: warning: {printable(line)}", err=True)
    return settings


def log_misspelt() -> None:
    """Say once, and not in each process that serves, which names look like settings and are none."""
    for line in misspelt():
        _log.warning(line)


def faults_of(error: ValidationError, described: Mapping[str, str | None]) -> list[str]:
    """A line for each fault of values that a command was given; for a pattern, its description's first paragraph."""
    return [_fault(str(fault["loc"][0]), fault, described) for fault in error.errors(include_input=False)]


def _fault(name: str, fault: ErrorDetails, described: Mapping[str, str | None]) -> str:
    meaning = (described.get(name) or "").partition("\n\n")[0] if "pattern" in fault["type"] else ""
    return f"{name}: {' '.join(meaning.split()) or _wording(fault['msg'])}"


def _wording(message: str) -> str:
    message = message.removeprefix("Value error, ")
    for begin in ("Input should", "String should"):
        message = message.replace(begin, "must")
    return message


def run(settings: Settings, work: Coroutine[Any, Any, T]) -> T:
    """Run on an event loop, with logs."""
    logs.configure(readable=settings.env == "development")
    return asyncio.run(work)


def pending(settings: Settings) -> list[str]:
    """The migrations that the database lacks."""
    try:
        return migrations.pending(settings.database_url)
    except ValueError as error:
        fail(f"DATABASE_URL: {error}", code=MISUSED)


def require_tables(settings: Settings) -> None:
    """End with a message if migrations are pending."""
    if waiting := pending(settings):
        named = describe(settings.database_url)
        fail(f"the database lacks the migrations {', '.join(waiting)}: run `{program()} migrate` (DATABASE_URL: {named})")


def require_mail(settings: Settings) -> None:
    """End with a message if mails cannot be written into their folder; say, once and not in each process, if none are sent."""
    outlet = mail.outlet(settings)
    if outlet is None:
        _log.warning("mails wait in the outbox: set SMTP_URL or MAIL_FOLDER to deliver them")
    elif isinstance(outlet, mail.Folder):
        try:
            outlet.probe()
        except OSError as error:
            fail(f"MAIL_FOLDER: cannot write to the folder {outlet.path}: {error.strerror}")
