"""Lint profiles: which rules apply, and their severities.

In `house` every rule is an error. `common` has the rules that make sense for any document: contradictions are errors,
constructs that other tools read differently are warnings, and rules about naming, bounds, headers and statuses are off.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from accord.errors import AccordError
from accord.lint.rules import COMMON, Severity

Severities = Mapping[str, Severity]
PROFILES = ("house", "common")


class LintSettingsError(AccordError):
    """The settings of `accord lint` are wrong; the text says why."""


def severities(profile: str, rules: Mapping[str, Any] | None = None) -> dict[str, Severity]:
    """The severity of each rule: the profile's, unless `rules` overrides it.

    Raises:
        LintSettingsError: unknown profile, rule or severity.
    """
    if profile not in PROFILES:
        raise LintSettingsError(f"unknown profile {profile!r}: use {' or '.join(PROFILES)}")
    found: dict[str, Severity] = dict.fromkeys(COMMON, "error") if profile == "house" else dict(COMMON)
    for name, severity in (rules or {}).items():
        if name not in found:
            raise LintSettingsError(f"unknown rule {name!r}: use one of {', '.join(sorted(found))}")
        if severity not in get_args(Severity):
            raise LintSettingsError(f"rule {name!r}: unknown severity {severity!r}: use one of {', '.join(get_args(Severity))}")
        found[name] = severity
    return found


def read(file: Path) -> dict[str, Any]:
    """`profile` and `rules` of a TOML file.

    Raises:
        LintSettingsError: the file is not TOML, or has other keys.
    """
    try:
        return checked(tomllib.loads(file.read_text(encoding="utf-8")), str(file))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LintSettingsError(f"{file}: {error}") from None


def checked(settings: Any, where: str) -> dict[str, Any]:  # noqa: ANN401 - any TOML value
    """The settings, if they have only `profile` and `rules`; `where` begins the error message.

    Raises:
        LintSettingsError: they have other keys, or `rules` is not a table.
    """
    if not isinstance(settings, dict) or not isinstance(settings.get("rules", {}), dict):
        raise LintSettingsError(f"{where}: `rules` must be a table of rule names and severities")
    if unknown := settings.keys() - {"profile", "rules"}:
        raise LintSettingsError(f"{where}: unknown setting {', '.join(sorted(unknown))}: use `profile` and `rules`")
    return settings
