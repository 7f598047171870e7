"""Which changes can be reached from a pair of schemas, when pairs lead to pairs and back.

Tarjan's algorithm without recursion: all pairs of one circle reach the same, and every pair is visited once, whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value", bound=Hashable)


@dataclass(slots=True)
class _Visit(Generic[Key, Value]):
    key: Key
    number: int
    lowest: int
    position: int
    values: dict[Value, None]
    below: Iterator[Key]


class Reach(Generic[Key, Value]):
    """`step` says of a key its own values and the keys below it."""

    def __init__(self, step: Callable[[Key], tuple[list[Value], list[Key]]]) -> None:
        self._step = step
        self._reached: dict[Key, dict[Value, None]] = {}

    def of(self, root: Key) -> dict[Value, None]:
        """All values that are reached, each once."""
        numbers: dict[Key, int] = {}
        open_: list[Key] = []
        visits: list[_Visit[Key, Value]] = []

        def visit(key: Key) -> None:
            values, below = self._step(key)
            numbers[key] = len(numbers)
            open_.append(key)
            visits.append(_Visit(key, numbers[key], numbers[key], len(open_) - 1, dict.fromkeys(values), iter(below)))

        if root not in self._reached:
            visit(root)
        while visits:
            current = visits[-1]
            if (key := next(current.below, None)) is not None:
                if key in self._reached:
                    current.values.update(self._reached[key])
                elif key in numbers:
                    current.lowest = min(current.lowest, numbers[key])
                else:
                    visit(key)
                continue
            visits.pop()
            if visits:
                visits[-1].lowest = min(visits[-1].lowest, current.lowest)
                visits[-1].values.update(current.values)
            if current.lowest == current.number:
                self._reached.update(dict.fromkeys(open_[current.position :], current.values))
                del open_[current.position :]
        return self._reached[root]
