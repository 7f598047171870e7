"""The findings as lines for terminals and editors, and as release notes in Markdown."""

from __future__ import annotations

from accord.diff.comparison import Comparison
from accord.diff.findings import Bump, Finding

_HEADINGS = ("Breaking", "Added", "Changed")
_MOST_OPERATIONS = 4


def lines(comparison: Comparison, old: str, new: str) -> list[str]:
    """The findings grouped by bump; the last line is the highest bump. `old` and `new` are prefixes for the file names."""
    written: list[str] = []
    for bump in sorted(Bump, reverse=True):
        found = [finding for finding in comparison.findings if finding.change.bump is bump]
        if found:
            written += [f"{bump} ({len(found)})", *(f"  {_line(finding, old, new)}" for finding in found), ""]
    if not comparison.findings:
        written += ["no changes", ""]
    if comparison.version is not None:
        node, what = comparison.version
        written += [f"{new}{node.where}: {what}", ""]
    return [*written, str(comparison.bump)]


def _line(finding: Finding, old: str, new: str) -> str:
    change = finding.change
    where = f"{old if change.location.old else new}{change.location.where}"
    breaks = f"; breaks {change.breaks}" if _breaks(finding) else ""
    return f"{where}: {change.what}{breaks}{_operations(finding)}"


def _breaks(finding: Finding) -> bool:
    return finding.change.bump is Bump.MAJOR and bool(finding.change.breaks)


def _operations(finding: Finding) -> str:
    names = finding.operations
    more = f" and {len(names) - _MOST_OPERATIONS} more" if len(names) > _MOST_OPERATIONS else ""
    way = {"request": "sent to ", "response": "received from ", None: ""}[finding.change.direction]
    return f" ({way}{', '.join(names[:_MOST_OPERATIONS])}{more})" if names else ""


def markdown(comparison: Comparison) -> list[str]:
    """Release notes with the headings Breaking, Added and Changed, and without line numbers."""
    info = comparison.new.data.get("info")
    version = info.get("version", "") if isinstance(info, dict) else ""
    written = [f"## {version}"]
    ordered = sorted(comparison.findings, key=lambda finding: -finding.change.bump)
    for heading in _HEADINGS:
        if notes := [_note(finding) for finding in ordered if _heading(finding) == heading]:
            written += ["", f"### {heading}", "", *dict.fromkeys(notes)]
    return [*written, "", "No changes."] if not comparison.findings else written


def _heading(finding: Finding) -> str:
    if finding.change.bump is Bump.MAJOR:
        return "Breaking"
    return "Added" if finding.change.what.endswith("added") else "Changed"


def _note(finding: Finding) -> str:
    breaks = f" Breaks {finding.change.breaks}." if _breaks(finding) else ""
    return f"- {finding.change.what}{_operations(finding)}.{breaks}"
