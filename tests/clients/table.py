"""The table of generated clients that ends a run of the tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

STEPS = ("sign-up", "typed 409", "typed 422", "page", "If-Match")


@dataclass(frozen=True)
class Row:
    """One client: how many files it has, whether it compiles, the steps that its program went, and what went wrong."""

    tool: str
    version: str
    files: int
    compiles: bool
    steps: tuple[str, ...]
    faults: str

    def plain(self) -> dict[str, Any]:
        """Values that pytest-xdist brings home."""
        return {**asdict(self), "steps": list(self.steps)}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        """From plain values."""
        return cls(**{**plain, "steps": tuple(plain["steps"])})

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of its line."""
        marks = ("yes" if good else "no" for good in (self.compiles, *(step in self.steps for step in STEPS)))
        return (self.tool, self.version, str(self.files), *marks)


def table(rows: Sequence[Row]) -> str:
    """One line for each client."""
    lines = [("tool", "version", "files", "compiles", *STEPS), *(row.cells for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "".join("  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)
