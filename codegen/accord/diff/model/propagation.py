"""Propagation of changes from subschemas to the schemas that contain them, cycles included.

Tarjan's strongly connected components, without recursion: all keys of a cycle get the same values, each key is visited once.
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
    contained: Iterator[Key]


class Propagation(Generic[Key, Value]):
    """`step` returns the values of a key itself and the keys that it contains."""

    def __init__(self, step: Callable[[Key], tuple[list[Value], list[Key]]]) -> None:
        self._step = step
        self._propagated: dict[Key, dict[Value, None]] = {}

    def of(self, root: Key) -> dict[Value, None]:
        """The values of a key and of all keys that it contains, each once."""
        numbers: dict[Key, int] = {}
        stack: list[Key] = []
        visits: list[_Visit[Key, Value]] = []

        def visit(key: Key) -> None:
            values, contained = self._step(key)
            numbers[key] = len(numbers)
            stack.append(key)
            visits.append(_Visit(key, numbers[key], numbers[key], len(stack) - 1, dict.fromkeys(values), iter(contained)))

        if root not in self._propagated:
            visit(root)
        while visits:
            current = visits[-1]
            if (key := next(current.contained, None)) is not None:
                if key in self._propagated:
                    current.values.update(self._propagated[key])
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
                self._propagated.update(dict.fromkeys(stack[current.position :], current.values))
                del stack[current.position :]
        return self._propagated[root]
