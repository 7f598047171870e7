"""The sums of what all processes count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from operator import add
from typing import TypeVar

from app.contract import api
from app.core.request_counts import RequestCounts
from app.metrics.families import BOUNDS, DURATION, FAMILIES, is_current
from app.metrics.memory import Key, Memory, Slot

K = TypeVar("K")


def totals(slots: Iterable[Slot]) -> defaultdict[str, dict[Key, list[float]]]:
    """The sums of the rows by name and labels. Gauges of processes that are gone do not count."""
    found: defaultdict[str, dict[Key, list[float]]] = defaultdict(dict)
    for slot in slots:
        is_running = slot.pid is not None
        for key, row in slot:
            if is_current(key, row) and (is_running or FAMILIES[key[0]].kind != "gauge"):
                _add(found[key[0]], key[1:], list(row))
    return found


def request_counts(memory: Memory) -> RequestCounts:
    """The requests to operations of the document, by operation and status, whatever their method."""
    known = {operation.id for operation in api().operations}  # another version, before a restart, may have had others
    buckets: dict[tuple[str, int], list[float]] = {}
    for (operation, _, status), (*counts, _) in totals(memory.slots())[DURATION].items():
        if operation in known:
            _add(buckets, (operation, int(status)), counts)
    return RequestCounts(memory.since, BOUNDS, buckets)


def _add(sums: dict[K, list[float]], key: K, values: list[float]) -> None:
    sums[key] = list(map(add, sums[key], values)) if key in sums else values
