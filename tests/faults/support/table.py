"""A line for each fault: what was acknowledged, what of it was lost or done twice, and how long nobody could write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self

HEADS = ("fault", "acknowledged", "lost", "duplicated", "outage", "other answers seen by clients", "remark")
RIGHT = {1, 2, 3, 4}  # columns of numbers


@dataclass
class Finding:
    """What one fault did; None where nothing was counted."""

    fault: str
    acknowledged: int | None = None  # writes that a client was told of
    lost: int | None = None  # of those, not there afterwards: rows, or mails that never came
    duplicated: int | None = None  # there more than once
    outage: float | None = None  # seconds: the longest time in which no write succeeded
    answers: Counter[str] = field(default_factory=Counter)  # how often each answer was given that was no success
    remark: str = ""

    def count(self, acknowledged: Iterable[str], found: Iterable[str]) -> None:
        """Compare names of what was acknowledged with the names of what is there."""
        names, there = set(acknowledged), Counter(found)
        self.acknowledged = len(names)
        self.lost = len(names - there.keys())
        self.duplicated = there.total() - len(there)

    def plain(self) -> dict[str, Any]:
        """As values of JSON."""
        return {**asdict(self), "answers": dict(self.answers)}

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        """Back from `plain`."""
        return cls(**{**plain, "answers": Counter(plain["answers"])})

    def cells(self) -> Sequence[str]:
        """The columns, as text."""
        answers = ", ".join(f"{number} x {answer}" for answer, number in sorted(self.answers.items()))
        numbers = (self.acknowledged, self.lost, self.duplicated)
        outage = "" if self.outage is None else f"{self.outage:.2f} s"
        return (self.fault, *("" if number is None else f"{number:,}" for number in numbers), outage, answers, self.remark)


def table(findings: Sequence[Finding]) -> str:
    """The lines under their heads, in columns."""
    rows = [HEADS, *(finding.cells() for finding in findings)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if number in RIGHT else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def engine(url: str) -> str:
    """What the table calls the database at a URL."""
    return "SQLite" if url.startswith("sqlite:") else "PostgreSQL"
