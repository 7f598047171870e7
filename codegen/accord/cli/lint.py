"""`accord lint`: the document against the rules of a profile."""

from __future__ import annotations

import argparse
import sys

from accord.cli.settings import PROJECT, loaded, project_settings
from accord.lint import lint
from accord.lint.profiles import checked, read, severities
from accord.openapi.api import API


def run(options: argparse.Namespace) -> int:
    """Write each finding with its severity and its rule; exit 1 if one is an error."""
    document = loaded(options)
    # The settings in pyproject.toml are for the project's own document.
    written = checked(project_settings(options).get("lint", {}), f"{PROJECT}: [tool.accord.lint]")
    settings = read(options.config) if options.config else written
    found = lint(document, severities(options.profile or settings.get("profile", "common"), settings.get("rules")))
    for diagnostic in found:
        name = f" [{diagnostic.rule}]" if diagnostic.rule else ""
        sys.stderr.write(f"{diagnostic.text}{' (warning)' * (diagnostic.severity == 'warning')}{name}\n")
    errors = sum(diagnostic.severity == "error" for diagnostic in found)
    if not errors:
        warnings = f"{len(found)} warnings" if found else "no findings"
        sys.stdout.write(f"{document.name}: {len(API.of(document).operations)} operations, {warnings}\n")
    return 1 if errors else 0
