"""`accord fidelity`: the verdicts of the runtime compared with those of an independent validator."""

from __future__ import annotations

import argparse
import sys

from accord.cli.settings import valid
from accord.fidelity.report import fidelity
from accord.generate.package import GenerationError


def run(options: argparse.Namespace) -> int:
    """Write the report; exit 1 if the verdicts differ."""
    document = valid(options)
    try:
        report = fidelity(document, options.per_schema, options.seed, models=options.models)
    except ModuleNotFoundError as error:
        raise GenerationError(f"--models {options.models}: {error}: give the name of a generated package") from None
    sys.stdout.write(f"{report}\n")
    return 1 if report.disagreements else 0
