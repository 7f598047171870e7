"""`accord coverage`: every keyword of a document, where it is written and what enforces it."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from accord.cli.settings import valid
from accord.openapi.keywords.coverage import KeywordCoverage


def run(options: argparse.Namespace) -> int:
    """Write one line for each keyword in the order of the document, then the totals; exit 1 if a keyword is not enforced."""
    document = valid(options)
    found = KeywordCoverage(document)
    errors = found.unsupported()
    counts: Counter[str] = Counter()
    for entry in found.entries:
        counts.update(entry.by)
        remark = f"  ({entry.remark})" if entry.remark else ""
        sys.stdout.write(f"{entry.where}: {entry.keyword}: {', '.join(sorted(entry.by))}{remark}\n")
    for where, what, reason in found.readings:
        counts["adopted"] += 1
        sys.stdout.write(f"{where}: {what}: adopted  ({reason})\n")
    totals = ", ".join(f"{count} {by}" for by, count in counts.most_common())
    sys.stdout.write(f"{document.name}: {len(found.entries)} keywords: {totals}\n")
    sys.stderr.write("".join(f"{error}\n" for error in errors))
    return 1 if errors else 0
