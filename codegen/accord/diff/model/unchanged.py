"""Parts that are written identically in both documents, references included, and need no comparison."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from accord.document.document import Document, DocumentError, Node


class Unchanged:
    """The `$ref`s whose targets, or anything behind them, differ between two documents."""

    def __init__(self, old: Document, new: Document) -> None:
        self._changed: set[str] = set()
        referrers: dict[str, set[str]] = defaultdict(set)
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
                referrers[used].add(reference)
                waiting.append(used)
        waiting = list(self._changed)
        while waiting:
            for referrer in referrers[waiting.pop()] - self._changed:
                self._changed.add(referrer)
                waiting.append(referrer)

    def __call__(self, old: Node | None, new: Node | None) -> bool:
        """Whether the two nodes and everything that they refer to are identical; False if one is None."""
        if old is None or new is None or not _identical(old.value, new.value):
            return False
        return not any(reference in self._changed for reference in _references(old.value))


def _identical(old: Any, new: Any) -> bool:  # noqa: ANN401 - any JSON value
    """As they are written: stricter than the equality of JSON values, and faster. For Python alone, 1 == True."""
    return old == new and repr(old) == repr(new)


def _references(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """The references in a part of a document. Wherever it is written: what is taken for one by mistake only costs time."""
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
