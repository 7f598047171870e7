"""Which rules of `lint` apply, and how severe each is: a profile, and what a file says about single rules.

`house` has every rule of this project as an error. `common` has the rules that hold for any document; what is only risky is a
warning there, and naming, bounds, headers and the statuses that this engine answers are left to their authors.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from accord.errors import AccordError

Severity = Literal["error", "warning", "off"]
Severities = Mapping[str, Severity]

_COMMON: dict[str, Severity] = {
    **dict.fromkeys(
        (
            *("integers-fit-their-format", "parts-admit-each-other", "bounds-leave-room", "formats-fit-their-type"),
            *(
                "links-lead-somewhere",
                "expressions-find-something",
                "examples-obey",
                "schema-values-obey",
                "enumerations-obey",
                "statuses-are-pinned",
                "types-have-one-status",
            ),
        ),
        "error",
    ),
    **dict.fromkeys(
        (
            *("null-is-a-type", "steps-are-exact", "required-members-exist", "defaults-are-for-the-absent", "plain-scalars"),
            "no-merge-keys",
            *("required-parameters-have-no-default", "idle-statuses", "patterns-take-bounded-time", "references-stand-alone"),
        ),
        "warning",
    ),
}
PROFILES = ("house", "common")


class LintSettingsError(AccordError):
    """What is wrong with the settings of `lint`."""


def name_of(rule: Callable[..., object]) -> str:
    """The name of a rule in settings: `request-ids`."""
    return rule.__name__.replace("_", "-")


def severities(profile: str, names: tuple[str, ...], rules: Mapping[str, Any] | None = None) -> dict[str, Severity]:
    """The severity of each rule: that of the profile, unless `rules` names another.

    Raises:
        LintSettingsError: there is no such profile, rule or severity.
    """
    if profile not in PROFILES:
        raise LintSettingsError(f"there is no profile {profile!r}: write {' or '.join(PROFILES)}")
    found = {name: "error" if profile == "house" else _COMMON.get(name, "off") for name in names}
    for name, severity in (rules or {}).items():
        if name not in found:
            raise LintSettingsError(f"there is no rule {name!r}: write one of {', '.join(sorted(found))}")
        if severity not in get_args(Severity):
            raise LintSettingsError(f"rule {name!r}: {severity!r} is no severity: write {', '.join(get_args(Severity))}")
        found[name] = severity
    return found


def read(file: Path) -> dict[str, Any]:
    """`profile` and `rules` of a TOML file.

    Raises:
        LintSettingsError: it is no TOML, or has other members.
    """
    try:
        return checked(tomllib.loads(file.read_text(encoding="utf-8")), str(file))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LintSettingsError(f"{file}: {error}") from None


def checked(settings: Any, where: str) -> dict[str, Any]:  # noqa: ANN401 - any TOML value
    """The settings, if they have nothing but `profile` and `rules`."""
    if not isinstance(settings, dict) or not isinstance(settings.get("rules", {}), dict):
        raise LintSettingsError(f"{where}: `rules` is a table of severities by the names of rules")
    if unknown := settings.keys() - {"profile", "rules"}:
        raise LintSettingsError(f"{where}: {', '.join(sorted(unknown))} is unknown: write `profile` and `rules`")
    return settings
