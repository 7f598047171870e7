"""The rows of the table of `tests.bench.toolkit.public_documents.report`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

COLUMNS = (
    "version",
    "operations",
    "findings",
    "readings",
    "seconds",
    "megabytes",
    "lines",
    "fuzzed",
    "cases",
    "limits",
    "misjudged",
)


@dataclass(slots=True)
class Outcome:
    """A row of the table. `failures` has what failed in a line each, `said` all of it; both are empty if nothing did."""

    document: str
    version: str = ""
    operations: int = 0
    findings: int = 0
    readings: int = 0
    seconds: float = 0
    megabytes: int = 0
    lines: int = 0
    fuzzed: int = 0
    cases: int = 0
    limits: int = 0
    misjudged: int = 0
    failures: list[str] = field(default_factory=list)
    said: str = ""

    def failed(self, stage: str, said: str) -> None:
        """Note it; the last line tells most."""
        last = [line.strip() for line in said.splitlines() if line.strip()][-1:] or ["nothing is said"]
        self.failures.append(f"{stage}: {last[0][:160]}")
        self.said += f"--- {stage}\n{said}\n"


def table(outcomes: Iterable[Outcome]) -> str:
    """The table as Markdown."""
    lines = ["| document | " + " | ".join(COLUMNS) + " | failures |", "|---|" + "---:|" * len(COLUMNS) + "---|"]
    for outcome in outcomes:
        cells = [f"{value:.1f}" if isinstance(value := getattr(outcome, name), float) else str(value) for name in COLUMNS]
        failures = "; ".join(outcome.failures).replace("|", "\\|") or "0"
        lines.append(f"| {outcome.document} | {' | '.join(cells)} | {failures} |")
    return "\n".join(lines) + "\n"
