"""The findings as lines for people and editors, and as release notes."""

from __future__ import annotations

from accord.diff.comparison import Comparison
from accord.diff.findings import Finding, Rating

_HEADINGS = ("Breaking", "Added", "Changed")


def lines(comparison: Comparison, old: str, new: str) -> list[str]:
    """Grouped by rating; `old` and `new` stand before the file names, which may be the same. The last line is the rating."""
    written: list[str] = []
    for rating in sorted(Rating, reverse=True):
        found = [finding for finding in comparison.findings if finding.change.rating is rating]
        if found:
            written += [f"{rating} ({len(found)})", *(f"  {_line(finding, old, new)}" for finding in found), ""]
    if not comparison.findings:
        written += ["no changes", ""]
    if comparison.version is not None:
        node, what = comparison.version
        written += [f"{new}{node.where}: {what}", ""]
    return [*written, str(comparison.rating)]


def _line(finding: Finding, old: str, new: str) -> str:
    change = finding.change
    where = f"{old if change.place.old else new}{change.place.where}"
    breaks = f"; breaks {change.breaks}" if change.breaks else ""
    return f"{where}: {change.what}{breaks}{_reaches(finding)}"


def _reaches(finding: Finding, most: int = 4) -> str:
    labels = finding.reaches
    more = f" and {len(labels) - most} more" if len(labels) > most else ""
    way = {"request": "sent to ", "response": "received from ", None: ""}[finding.change.direction]
    return f" ({way}{', '.join(labels[:most])}{more})" if labels else ""


def markdown(comparison: Comparison) -> list[str]:
    """Release notes: Breaking, Added, Changed, with the operations instead of lines."""
    info = comparison.new.data.get("info")
    version = info.get("version", "") if isinstance(info, dict) else ""
    written = [f"## {version}"]
    ordered = sorted(comparison.findings, key=lambda finding: -finding.change.rating)
    for heading in _HEADINGS:
        if notes := [_note(finding) for finding in ordered if _heading(finding) == heading]:
            written += ["", f"### {heading}", "", *dict.fromkeys(notes)]
    return [*written, "", "No changes."] if not comparison.findings else written


def _heading(finding: Finding) -> str:
    if finding.change.rating is Rating.MAJOR:
        return "Breaking"
    return "Added" if finding.change.what.endswith("added") else "Changed"


def _note(finding: Finding) -> str:
    breaks = f" Breaks {finding.change.breaks}." if finding.change.breaks else ""
    return f"- {finding.change.what}{_reaches(finding)}.{breaks}"
