"""`accord diff` and `accord compatible`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from accord.diff import report
from accord.diff.baseline import NoBaseline, last_release
from accord.diff.comparison import Comparison, diff
from accord.diff.findings import Bump
from accord.document.adoption.readings import parsed
from accord.document.document import Document, DocumentError
from accord.errors import AccordError
from accord.validate.openapi import validity

_UNUSABLE = 2


def run(options: argparse.Namespace) -> int:
    """Compare two documents (`diff`), or a document with its last release (`compatible`)."""
    return _diff(options) if options.command == "diff" else _compatible(options)


def _diff(options: argparse.Namespace) -> int:
    try:
        comparison = diff(_load(options.old), _load(options.new, options.adopted))
    except (AccordError, OSError) as error:
        return _unusable(error)
    if options.markdown:
        _write(report.markdown(comparison))
    else:
        _write(report.lines(comparison, _folder(options.old), _folder(options.new)))
    return 1 if comparison.bump is Bump.MAJOR else 0


def _compatible(options: argparse.Namespace) -> int:
    """Breaking changes are fine if `info.version` was raised enough for them."""
    new: Path = options.new
    try:
        comparison, name = _since(new, options.base, options.adopted)
    except NoBaseline as reason:
        _write([f"{new}: {reason}"])
        return 0
    except (AccordError, OSError) as error:
        return _unusable(error)
    before = _folder(options.base) if options.base is not None else f"{name}:{_folder(new)}"
    if comparison.version is not None:
        sys.stderr.write("\n".join(report.lines(comparison, before, _folder(new))[:-1]))
        return 1
    _write([_summary(comparison, new, name)])
    return 0


def _since(path: Path, base: Path | None, adopted: Path | None) -> tuple[Comparison, str]:
    """The changes, and the name of the baseline."""
    new = _load(path, adopted)
    if base is not None:
        return diff(_load(base), new), str(base)
    tag, old = last_release(path)
    return diff(_valid(old, f"{tag}:{_folder(path)}"), new), tag


def _summary(comparison: Comparison, new: Path, name: str) -> str:
    count = len(comparison.findings)
    if not count:
        return f"{new}: no changes since {name}"
    plural = "s" if count > 1 else ""
    return f"{new}: {count} change{plural} since {name} (highest: {comparison.bump}), info.version was raised enough"


def _load(path: Path, adopted: Path | None = None) -> Document:
    readings = parsed(adopted.read_bytes(), adopted.name) if adopted is not None else None
    return _valid(Document.load(path, readings), _folder(path))


def _valid(document: Document, folder: str) -> Document:
    """The document, if it is valid OpenAPI."""
    if errors := validity(document):
        raise DocumentError("\n".join(folder + error for error in errors))
    return document


def _folder(path: Path) -> str:
    """The folder of a file, as a prefix for its name in messages."""
    return "" if path.parent == Path() else f"{path.parent}/"


def _write(lines: list[str]) -> None:
    sys.stdout.write("\n".join([*lines, ""]))


def _unusable(error: Exception) -> int:
    text = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) and error.filename else str(error)
    sys.stderr.write(f"{text}\n")
    return _UNUSABLE
