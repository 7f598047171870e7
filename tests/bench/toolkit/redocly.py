"""Compares the ratings of `accord diff` and `redocly diff` on the tests' changes: `python -m tests.bench.toolkit.redocly`.

tests/codegen/diff/test_rules.py tests whether `accord diff` is right.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from accord.diff import diff
from accord.document.document import Document
from tests.codegen.diff.cases import BASE, changes, document, edits
from tests.support import npm

RATINGS = ["none", "patch", "minor", "major"]


def compared(redocly: Path, folder: Path, old: str, new: str) -> dict[str, Any]:
    """Its report."""
    folder.mkdir()
    for name, text in (("old.yaml", old), ("new.yaml", new)):
        (folder / name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [redocly, "diff", "old.yaml", "new.yaml", "--format", "json"],
        cwd=folder, env=npm.ENVIRONMENT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def rated(folder: Path) -> list[tuple[str, str, str, str]]:
    """Of every case its name, the right rating, ours and theirs."""
    redocly = npm.ensure(npm.REDOCLY) / ".bin" / "redocly"
    found: list[tuple[str, str, str, str]] = []
    every = [edit for edit in edits() if not edit.extension]
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda edit: compared(redocly, folder / str(every.index(edit)), BASE, edit.text), every))
    for edit, report in zip(every, reports, strict=True):
        ours = diff(Document(BASE.encode()), Document(edit.text.encode())).bump
        found.append((edit.name, edit.rating, str(ours), report.get("bump", "none")))
    for direction in ("request", "response"):
        cases = dict(enumerate(changes()))
        old = document({f"/case{number}": (direction, case.old) for number, case in cases.items()})
        new = document({f"/case{number}": (direction, case.new) for number, case in cases.items()})
        report = compared(redocly, folder / direction, old, new)
        comparison = diff(Document(old.encode()), Document(new.encode()))
        for number, case in cases.items():
            impacts = [c["impact"] for c in report["changes"] if f"{c['path']}/".startswith(f"#/paths/~1case{number}/")]
            bumps = [str(f.change.bump) for f in comparison.findings if f"case{number}" in f.operations]
            found.append((f"{case.name} ({direction})", getattr(case, direction), highest(bumps), highest(impacts)))
    return found


def highest(ratings: list[str]) -> str:
    return max(["none", *ratings], key=RATINGS.index)


def main() -> None:
    """Compare and print."""
    with tempfile.TemporaryDirectory() as folder:
        cases = rated(Path(folder))
    breaking = [case for case in cases if case[1] == "major"]
    harmless = [case for case in cases if case[1] != "major"]
    for tool, index in (("accord diff", 2), (npm.REDOCLY, 3)):
        hits = sum(case[index] == "major" for case in breaking)
        wrong = sum(case[index] == "major" for case in harmless)
        sys.stdout.write(f"{tool}: {hits} of {len(breaking)} breaks, {wrong} false alarms in {len(harmless)}\n")


if __name__ == "__main__":
    main()
