"""Checks of the settings themselves: that they are valid, known, and safe in their environment."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple

from pydantic import ValidationError
from pydantic_settings import SettingsError

from app.cli.doctor.finding import Finding, ok, problem, warning
from app.cli.settings import describe_faults
from app.core.config import ENV_FILE, Settings, safety, unknown_settings

_CHECK = "settings"


class Read(NamedTuple):
    """The settings, with defaults in place of the invalid ones."""

    settings: Settings
    invalid: frozenset[str]  # names of fields
    findings: list[Finding]


def read() -> Read:
    """Read the settings; a finding for each invalid, unknown and unsafe one."""
    findings: list[Finding] = []
    given: dict[str, Any] = {}
    try:
        findings += [warning(_CHECK, message, "correct the name, or remove it") for message in unknown_settings()]
    except (OSError, UnicodeDecodeError) as error:
        findings.append(problem(_CHECK, f"{ENV_FILE} cannot be read: {error}", "make it a readable text file, or remove it"))
        given = {"_env_file": None}
    faults: dict[str, str] = {}
    with suppress(ValidationError):  # reported below
        try:
            Settings(**given)
        except SettingsError as error:
            remedy = "make CREDENTIALS_DIRECTORY a folder whose files the user of the service can read"
            findings.append(problem(_CHECK, f"CREDENTIALS_DIRECTORY: {error.__cause__ or error}", remedy))
            given["_secrets_dir"] = ()
    try:
        settings = Settings(**given)
    except ValidationError as error:
        names = [str(fault["loc"][0]) for fault in error.errors(include_input=False)]
        faults = dict(zip(names, describe_faults(error, {}), strict=True))
        settings = Settings(**given, **{name: Settings.model_fields[name].default for name in faults})
    findings += [
        problem(_CHECK, f"{name.upper()}{line.removeprefix(name)}", "see docs/configuration.md")
        for name, line in faults.items()
    ]
    findings += _unsafe(settings, frozenset(faults))
    return Read(settings, frozenset(faults), findings or [ok(_CHECK, f"valid, and safe for ENV={settings.env}")])


def _unsafe(settings: Settings, invalid: frozenset[str]) -> list[Finding]:
    """The broken rules; those about an invalid setting are left out."""
    found = [(problem, rule) for rule in safety.refused(settings)] + [(warning, rule) for rule in safety.reported(settings)]
    return [
        kind(_CHECK, f"{rule.setting} {rule.problem}", rule.remedy)
        for kind, rule in found
        if invalid.isdisjoint(rule.setting.lower().split(", "))
    ]
