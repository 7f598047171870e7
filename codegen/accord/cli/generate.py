"""`accord generate` and `accord check`: the Python package of a document."""

from __future__ import annotations

import argparse
import sys

from accord.cli.adopt import start
from accord.cli.settings import read_settings
from accord.generate.adoption import unneeded
from accord.generate.package import Settings, load, stale, write


def run(options: argparse.Namespace) -> int:
    """Write the package, or list the generated files that differ from the document."""
    settings = read_settings(options)
    if options.command == "check":
        return _check(settings)
    changed = write(settings)
    sys.stdout.write(f"{settings.output}: {', '.join(changed) if changed else 'nothing changed'}\n")
    return 0


def _check(settings: Settings) -> int:
    found = stale(settings)
    found += [
        f"{one.where}: the reading of {one.place!r} is no longer needed: run `accord adopt`"
        for one in unneeded(load(settings.document, settings.readings), start)
    ]
    if found:
        sys.stderr.write("\n".join([*found, "Run `accord generate` and commit what it writes.", ""]))
    return 1 if found else 0
