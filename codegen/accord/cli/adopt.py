"""`accord adopt`: a reading for everything that keeps a document from being served."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from accord.cli.settings import adopted_file, document_path, readings
from accord.document.adoption.apply import fits
from accord.document.adoption.readings import Readings, beside, file_name, written
from accord.document.document import Document
from accord.generate.adoption import renewed
from accord.generate.package import load


def run(options: argparse.Namespace) -> int:
    """Write the file of readings; print each new one with its finding, and the findings that no reading resolves."""
    path = document_path(options)
    file = adopted_file(options) or path.with_name(file_name(path.name))
    document, gone = _still_there(path, readings(path, file if file.exists() else None, options.adopt))
    known = {one.key for one in document.readings}
    result, stale_ones = renewed(document, start)
    new = [one for one in result.readings if one.key not in known]
    for finding in result.findings:
        word = finding.readings[0].word if finding.readings else "refused"
        sys.stdout.write(f"{finding.where}: {word}: {finding.text}\n")
    for reading in stale_ones:
        sys.stdout.write(f"{reading.where}: removed: {reading.place!r} no longer needs it\n")
    for reading in gone:
        sys.stdout.write(f"{reading.where}: removed: {reading.place!r} is no longer in the document\n")
    if result.readings or file.exists():
        file.write_text(written(result.readings, path.name), encoding="utf-8")
    if options.copy:
        text = json.dumps(result.document.written, indent=2, ensure_ascii=False)
        Path(options.copy).write_text(f"{text}\n", encoding="utf-8")
    sys.stdout.write(
        f"{file}: {len(result.readings)} readings, {len(new)} of them new, {len(stale_ones) + len(gone)} removed\n"
    )
    sys.stderr.write("".join(f"{finding}\n" for finding in result.refused))
    return 1 if result.refused else 0


def start(document: Document) -> None:
    """Build the application of a document, to find errors that only the start of a service finds."""
    from accord.cli import mock  # noqa: PLC0415 - FastAPI and its server, which other commands do not need

    mock.application(document, mock.schemes(document, None))


def _still_there(path: Path, listed: Readings | None) -> tuple[Document, Readings]:
    """The document without the readings whose places no longer exist, and those readings."""
    document = load(path, ())
    if listed is None:
        listed = beside(path.name, lambda name: (path.parent / name).read_bytes())
    gone = tuple(one for one in listed if one.finding and not fits(document.original, one))
    return document.reread(tuple(one for one in listed if one not in gone)), gone
