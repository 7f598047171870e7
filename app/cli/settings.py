"""The settings of a command, or a clear message; read before anything that takes long to import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.cli.errors import MISUSED, fail
from app.core.config import ENV_FILE, Settings, unknown_settings
from app.core.printable import printable


def read_settings(*, quiet: bool = False, **changes: Any) -> Settings:  # noqa: ANN401 - of the types that Settings has
    """The settings of the environment, with what the command line changes; None changes nothing.

    Names that look like misspelt settings are reported. A service (`quiet`) reports them in its log: `log_unknown_settings`.
    """
    given = {name: value for name, value in changes.items() if value is not None}
    try:
        settings = Settings(**given)
        unknown = [] if quiet else unknown_settings()
    except ValidationError as error:
        names = ((".".join(map(str, fault["loc"])).upper(), fault["msg"]) for fault in error.errors(include_input=False))
        fail(*(f"{name}: {_wording(message)}" for name, message in names), code=MISUSED)
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{ENV_FILE}: cannot be read: {error}", code=MISUSED)
    for line in unknown:
        typer.echo(f"accord: warning: {printable(line)}", err=True)
    return settings


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
