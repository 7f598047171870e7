"""Lint profiles: which rules apply, and their severities.

In `house` every rule is an error. `common` has the rules that make sense for any document: contradictions are errors,
constructs that other tools read differently are warnings, and rules about naming, bounds, headers and statuses are off.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from accord.errors import AccordError

Severity = Literal["error", "warning", "off"]
Severities = Mapping[str, Severity]

_COMMON_ERRORS = (
    "allof-subschemas-are-compatible",
    "bounds-are-satisfiable",
    "enum-values-are-valid",
    "examples-are-valid",
    "format-matches-type",
    "integer-bounds-fit-format",
    "link-expressions-resolve",
    "links-resolve",
    "problem-status-matches-response",
    "problem-type-has-one-status",
    "schema-examples-and-defaults-are-valid",
)
_COMMON_WARNINGS = (
    "multiple-of-is-exact",
    "no-ambiguous-yaml-scalars",
    "no-catastrophic-backtracking",
    "no-impossible-responses",
    "no-nullable-keyword",
    "no-ref-siblings",
    "required-parameters-have-no-default",
    "required-properties-are-defined",
    "required-properties-have-no-default",
)
_COMMON: dict[str, Severity] = {
    **dict.fromkeys(_COMMON_ERRORS, "error"),
    **dict.fromkeys(_COMMON_WARNINGS, "warning"),
}
PROFILES = ("house", "common")


class LintSettingsError(AccordError):
    """The settings of `accord lint` are wrong; the text says why."""


def name_of(rule: Callable[..., object]) -> str:
    """The name of a rule in settings, as in `strings-have-max-length`."""
    return rule.__name__.replace("_", "-")


def severities(profile: str, names: tuple[str, ...], rules: Mapping[str, Any] | None = None) -> dict[str, Severity]:
    """The severity of each rule: the profile's, unless `rules` overrides it.

    Raises:
        LintSettingsError: unknown profile, rule or severity.
    """
    if profile not in PROFILES:
        raise LintSettingsError(f"unknown profile {profile!r}: use {' or '.join(PROFILES)}")
    found = {name: "error" if profile == "house" else _COMMON.get(name, "off") for name in names}
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
