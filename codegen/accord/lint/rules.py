"""The registry of lint rules: each has a name and its severity in the profile `common`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from accord.lint.context import Context
from accord.lint.effective_schema import Finding

Rule = Callable[[Context], Iterable[Finding]]
Severity = Literal["error", "warning", "off"]

RULES: dict[str, Rule] = {}
"""All rules by their names in settings, as in `strings-have-max-length`."""
COMMON: dict[str, Severity] = {}
"""Their severities in the profile `common`."""


def rule(*, common: Severity = "off") -> Callable[[Rule], Rule]:
    """Register a function as a rule under its own name."""

    def register(function: Rule) -> Rule:
        name = function.__name__.replace("_", "-")
        RULES[name], COMMON[name] = function, common
        return function

    return register
