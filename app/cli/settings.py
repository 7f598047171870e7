"""What every command checks first: valid settings and a migrated database. Needs pydantic, and for SQLite no other library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError

from app import migrations
from app.cli.errors import MISUSED, fail, program
from app.core.config import ENV_FILE, Settings, unknown_settings
from app.core.printable import printable
from app.core.urls.database import describe


def read_settings(*, quiet: bool = False, **overrides: Any) -> Settings:  # noqa: ANN401 - of the types that Settings has
    """Read the settings from the environment. Overrides come from the command line; None overrides nothing.

    Prints a warning for each name that looks like a misspelled setting; a service is `quiet` and logs it.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        settings = Settings(**given)
        unknown = [] if quiet else unknown_settings()
    except ValidationError as error:
        names = ((".".join(map(str, fault["loc"])).upper(), fault["msg"]) for fault in error.errors(include_input=False))
        fail(*(f"{name}: {_reworded(message)}" for name, message in names), code=MISUSED)
    except SettingsError as error:  # of a file in CREDENTIALS_DIRECTORY
        fail(f"CREDENTIALS_DIRECTORY: {error.__cause__ or error}", code=MISUSED)
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{ENV_FILE}: cannot be read: {error}", code=MISUSED)
    for line in unknown:
        typer.echo(f"warning: {printable(line)}", err=True)
    return settings


def describe_faults(error: ValidationError, descriptions: Mapping[str, str | None]) -> list[str]:
    """One line per invalid value. A value that does not match a pattern gets the first paragraph of its description."""
    lines = []
    for fault in error.errors(include_input=False):
        name = str(fault["loc"][0])
        meaning = (descriptions.get(name) or "").partition("\n\n")[0] if "pattern" in fault["type"] else ""
        lines.append(f"{name}: {' '.join(meaning.split()) or _reworded(fault['msg'])}")
    return lines


def _reworded(message: str) -> str:
    message = message.removeprefix("Value error, ")
    for beginning in ("Input should", "String should"):
        message = message.replace(beginning, "must")
    return message


def pending_migrations(settings: Settings) -> list[str]:
    """The revisions that are not applied yet, oldest first."""
    try:
        return migrations.pending(settings.database_url)
    except ValueError as error:
        fail(f"DATABASE_URL: {error}", code=MISUSED)


def require_migrated(settings: Settings) -> None:
    """Exit with a message if migrations are pending."""
    if pending := pending_migrations(settings):
        database = describe(settings.database_url)
        fail(f"pending migrations: {', '.join(pending)}: run `{program()} migrate` (DATABASE_URL: {database})")
