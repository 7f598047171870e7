"""A table of what each fault cost, printed at the end of `make test` and `make faults`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from tests.faults.support.table import Finding, table

Record = Callable[[str], Finding]


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Iterator[Record]:
    """Add a row to the table, which the test fills in. A failing test shows its row as far as it came."""
    lines: list[Finding] = []

    def begin(fault: str) -> Finding:
        lines.append(Finding(fault))
        return lines[-1]

    yield begin
    # Plain values in the report of the test, which also pytest-xdist brings home.
    request.node.user_properties.extend(("fault", line.plain()) for line in lines)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, if there is one."""
    reports = [report for kind in terminalreporter.stats.values() for report in kind if isinstance(report, pytest.TestReport)]
    lines = [
        Finding.of(cast("dict[str, Any]", value))
        for report in sorted(reports, key=lambda report: report.nodeid)
        if report.when == "teardown"
        for name, value in report.user_properties
        if name == "fault"
    ]
    if lines:
        terminalreporter.section("what the faults cost")
        terminalreporter.write(table(lines))
