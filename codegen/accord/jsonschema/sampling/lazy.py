"""A sequence that is evaluated on demand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Lazy(Generic[T]):
    """The values of an iterator, each computed once."""

    def __init__(self, source: Iterator[T]) -> None:
        self._source, self._made = source, list[T]()

    def has(self, index: int) -> bool:
        """Whether there are more than `index` values."""
        while len(self._made) <= index:
            try:
                self._made.append(next(self._source))
            except StopIteration:
                return False
        return True

    def get(self, index: int) -> T:
        """A value whose index `has` confirmed."""
        return self._made[index]

    def cycled(self, index: int) -> T:
        """The value at an index, starting over at the end; there must be at least one."""
        return self._made[index] if self.has(index) else self._made[index % len(self._made)]
