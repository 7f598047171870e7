"""What is written alike in both documents, with everything that it refers to: nothing there needs a comparison."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from accord.document.document import Document, DocumentError, Node


class Unchanged:
    """Asked with an old and a new node, wherever they stand."""

    def __init__(self, old: Document, new: Document) -> None:
        self._changed: set[str] = set()
        users: dict[str, set[str]] = defaultdict(set)
        waiting = list(_references(old.data))
        seen: set[str] = set()
        while waiting:
            reference = waiting.pop()
            if reference in seen:
                continue
            seen.add(reference)
            try:
                before, after = old.at(reference, old.root).value, new.at(reference, new.root).value
            except DocumentError:
                self._changed.add(reference)
                continue
            if not _identical(before, after):
                self._changed.add(reference)
            for used in _references(before):
                users[used].add(reference)
                waiting.append(used)
        spreading = list(self._changed)
        while spreading:
            for user in users[spreading.pop()] - self._changed:
                self._changed.add(user)
                spreading.append(user)

    def __call__(self, old: Node | None, new: Node | None) -> bool:
        """Whether both say the same."""
        if old is None or new is None or not _identical(old.value, new.value):
            return False
        return not any(reference in self._changed for reference in _references(old.value))


def _identical(old: Any, new: Any) -> bool:  # noqa: ANN401 - any JSON value
    return old == new and repr(old) == repr(new)  # Python takes 1 and True for equal


def _references(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    if isinstance(value, dict):
        if isinstance(reference := value.get("$ref"), str):
            yield reference
        if isinstance(mapping := value.get("mapping"), dict):
            yield from (target for target in mapping.values() if isinstance(target, str) and target.startswith("#"))
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)
