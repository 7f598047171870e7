"""Lint rules and their findings. Each rule has a name and its severity in the profile `common`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from accord.document.document import Node
from accord.document.references import METHODS
from accord.lint.context import Context

# Keywords whose members are names, and keywords that are left out of the name of a place.
NAMED = ("paths", "properties", "patternProperties", "responses", "content", "headers", "links")
OMITTED = ("properties", "schema", "responses", "content")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of the document: its line, what is wrong, and how to correct it."""

    line: int
    text: str


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


def finding(node: Node, what: str, how: str) -> Finding:
    """A fault at a node; the text begins with the name of its place."""
    return Finding(node.line, f"{place(node)} {what}: {how}")


def place(node: Node) -> str:
    """A short name of where something is written: `User.email`, `UserList.users[]`, `GET /health.200`."""
    names: list[str] = []
    here, key = node.document.root, ""
    for depth, part in enumerate(node.pointer):
        before, key, here = key, str(part), here.raw_child(part)
        if before == "parameters" and isinstance(part, int):
            names.append(str(here.resolved().value.get("name", part)))
        elif node.pointer[0] == "components" and depth == 2:  # noqa: PLR2004 - components, their kind, the name
            names.append(key)
        elif node.pointer[0] == "paths" and depth == 2 and key in METHODS:  # noqa: PLR2004 - paths, the path, the method
            names[-1] = f"{key.upper()} {names[-1]}"
        elif before in NAMED:
            names.append(key)
            key = ""
        elif isinstance(part, int) or key == "items":
            names[-1:] = [f"{names[-1] if names else ''}[{'' if key == 'items' else key}]"]
        elif key not in OMITTED and depth > 1:
            names.append(key)
    return ".".join(names) or node.document.name
