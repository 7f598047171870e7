"""`python -m app settings`: the settings in effect, and their reference."""

from __future__ import annotations

import re
from pathlib import Path

import typer

from app.cli.output import print_json, print_table
from app.cli.settings import read_settings
from app.core.config import Settings, reference

_PASSWORD = re.compile(r"(//[^/:@]*:)[^/]*(?=@)|(password=)[^&]*")
_HIDDEN = "***"


def show_settings(*, reference_as: str | None, as_json: bool) -> None:
    """Print the settings in effect without their secrets, or the reference of all settings."""
    if reference_as is not None:
        typer.echo(reference.markdown() if reference_as == "markdown" else reference.env_example(), nl=False)
        return
    settings = read_settings()
    values = {name: _shown(name, getattr(settings, name)) for _, group in reference.groups() for name in _names(group)}
    if as_json:
        print_json({name.upper(): value for name, value in values.items()})
        return
    print_table([(name.upper(), _written(value), _origin(name, settings)) for name, value in values.items()])


def _names(group: list[reference.Setting]) -> list[str]:
    return [setting.name.lower() for setting in group]


def _shown(name: str, value: object) -> object:
    if not Settings.model_fields[name].repr:
        return _HIDDEN if value else None
    if isinstance(value, Path):
        return str(value)
    return (
        _PASSWORD.sub(lambda found: (found[1] or found[2]) + _HIDDEN, value)
        if isinstance(value, str) and "://" in value
        else value
    )


def _written(value: object) -> str:
    if isinstance(value, list):
        return ",".join(value)
    return str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)


def _origin(name: str, settings: Settings) -> str:
    return "set" if name in settings.model_fields_set else "default"
