"""The extensions that the engine reads, and the values that they may have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from accord.document.document import Node

ERROR_MEMBERS = "x-error-members"  # what the members of error bodies contain: `{problem: detail}`

# What a member may contain, in `x-error-members`.
ROLES = frozenset({"code", "status", "title", "detail", "type", "instance", "timestamp", "errors", "success", "error"})


def misused(root: Node) -> Iterator[tuple[Node, str]]:
    """The engine's extensions with values that it cannot read, and what to do."""
    for name, (fits, remedy) in _FORMS.items():
        if name in root.value and not fits(root.value[name]):
            yield root.raw_child(name), f"`{name}` is not what the engine reads under this name: {remedy}"


def _texts(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())


def _mapping(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, dict)


def _mappings(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, dict) and all(isinstance(item, dict) for item in value.values())


def _size(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


_FORMS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "x-alias": (_texts, "write other beginnings of paths, each with the one that it stands for"),
    "x-body-limit": (_size, "write a number of bytes"),
    ERROR_MEMBERS: (_mapping, "write the names of members, each with what it holds"),
    "x-problems": (_mappings, "write the names of problems, each with `title` and `description`"),
}
