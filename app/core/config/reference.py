"""The reference of settings: docs/configuration.md and `.env.example`, both written from the groups of settings."""

from __future__ import annotations

import ast
import inspect
import itertools
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types as bounds
from pydantic.fields import FieldInfo

from app.core.config import GROUPS
from app.core.config.fields import Unit
from app.core.config.group import Group
from app.core.config.safety import RULES

_WIDTH = 128  # characters of a line of `.env.example`
_ENV_HEADING = """\
# Every setting with its default. Copy to .env, or set in the environment, which takes precedence.
# Unknown names in .env, and names in the environment that look like misspelt settings, are reported at start-up.
# Generated from app/core/config by `make generate`. Do not edit.
"""
_MARKDOWN_HEADING = """\
<!-- Generated from app/core/config by `make generate`. Do not edit. -->

# Configuration

Settings are environment variables, or lines of a file `.env` in the working folder; the environment takes precedence. Lists are
separated by commas. No setting changes the contract. Names in `.env` that are not settings, and names in the environment that
look like misspelt ones, are reported at start-up. `.env.example` has every setting with its default.

A setting can also be a file with its name, in lower case, in the folder that the environment variable `CREDENTIALS_DIRECTORY`
names: systemd, Docker and Kubernetes provide secrets in this way ([deployment](deployment.md)). The environment and `.env` take
precedence.

`python -m app doctor` ([command line](command-line.md)) checks the settings and everything that they name; `python -m app
settings` prints the values in effect. Other commands end with exit code 2 and one line for each setting that is not valid.

"""
_UNSAFE_HEADING = """\
## Unsafe settings

`serve` and `worker` do not start with these: they print one line for each and exit with code 2, before they open anything.
`worker` ignores those that only matter to a server. If you need such a setting, say so explicitly: `ALLOWED_HOSTS=*` behind a
proxy that checks the host, `ENV=staging` for a system that is not public
([ADR 43](adr/0043-production-refuses-unsafe-settings.md)).

| setting | refused in | if |
|---|---|---|
"""
_WARNED_HEADING = """\

With these, `doctor` prints a warning:

| setting | in | if |
|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, as the reference describes it."""

    name: str
    meaning: str  # one paragraph of Markdown
    default: str | None  # as it is written in `.env`; None if it is unset
    example: str | None  # of a setting that is unset by default
    unit: str | None
    values: str | None  # the range of a number, or the values of an enumeration


def groups() -> Iterator[tuple[str, list[Setting]]]:
    """The heading and the settings of each group, in order."""
    for group in GROUPS:
        meanings = _meanings(group)
        fields = [(name, group.model_fields[name]) for name in meanings]
        yield (group.__doc__ or "").rstrip("."), [_setting(name, field, meanings[name]) for name, field in fields]


def _meanings(group: type[Group]) -> dict[str, str]:
    """The string below each field."""
    body = next(node for node in ast.parse(inspect.getsource(group)).body if isinstance(node, ast.ClassDef)).body
    found = {}
    for field, below in itertools.pairwise(body):
        match field, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(meaning))):
                found[name] = " ".join(meaning.split())
    return found


def _setting(name: str, field: FieldInfo, meaning: str) -> Setting:
    annotation = get_args(field.annotation)[0] if get_origin(field.annotation) in {Union, UnionType} else field.annotation
    units = [data.name for data in (*field.metadata, *getattr(annotation, "__metadata__", ())) if isinstance(data, Unit)]
    return Setting(
        name.upper(),
        meaning,
        None if field.default in (None, []) else _written(field.default),
        _written(field.examples[0]) if field.examples else None,
        units[0] if units else None,
        _range(field.metadata) or _alternatives(annotation),
    )


def _alternatives(annotation: Any) -> str | None:  # noqa: ANN401 - any type
    if annotation is bool:
        return "true or false"
    return ", ".join(map(str, get_args(annotation))) if get_origin(annotation) is Literal else None


def _range(metadata: list[Any]) -> str | None:
    lowest = next((data for data in metadata if isinstance(data, bounds.Ge | bounds.Gt)), None)
    highest = next((f" to {data.le}" for data in metadata if isinstance(data, bounds.Le)), "")
    if lowest is None:
        return None
    if isinstance(lowest, bounds.Gt):
        return f"above {lowest.gt}{highest.replace(' to', ', up to')}"
    return f"{lowest.ge}{highest}" if highest else f"at least {lowest.ge}"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def markdown() -> str:
    """docs/configuration.md."""
    parts = [_MARKDOWN_HEADING]
    for heading, settings in groups():
        parts.append(f"## {heading}\n\n| name | default | unit | values | meaning |\n|---|---|---|---|---|\n")
        for setting in settings:
            default = f"`{setting.default}`" if setting.default is not None else "unset"
            cells = [f"`{setting.name}`", default, setting.unit or "-", setting.values or "-", setting.meaning]
            parts.append(_row(*cells))
        parts.append("\n")
    return "".join(parts) + _unsafe()


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |\n"


def env_example() -> str:
    """`.env.example`: every setting with its default; those that are unset are commented out, with an example."""
    lines = [_ENV_HEADING]
    for heading, settings in groups():
        lines.append(f"# --- {heading}\n")
        for setting in settings:
            notes = "; ".join(note for note in (setting.unit, setting.values) if note)
            meaning = f"{setting.meaning} ({notes})" if notes else setting.meaning
            lines.append(textwrap.fill(meaning, _WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False))
            given = setting.default is not None
            lines.append(f"{'' if given else '#'}{setting.name}={setting.default if given else setting.example}\n")
    return "\n".join(lines).rstrip("\n") + "\n"


def _unsafe() -> str:
    """The tables of unsafe settings."""
    rows: dict[bool, str] = {True: _UNSAFE_HEADING, False: _WARNED_HEADING}
    for rule in RULES:
        names = ", ".join(f"`{name}`" for name in rule.setting.split(", "))
        rows[rule.is_refused] += _row(names, ", ".join(sorted(rule.environments)), f"{rule.problem}; {rule.remedy}")
    return rows[True] + rows[False]
