"""How a command fails: with messages on standard error and an exit code. Imports little, so that `--help` is fast."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import NoReturn

import typer

from app.core.printable import printable

# Exit codes. MISUSED: the command line or a setting is invalid, so that a restart does not help.
FAILED, MISUSED = 1, 2


def fail(*lines: str, code: int = FAILED) -> NoReturn:
    """Print the lines on standard error, each prefixed with `error: `, and exit."""
    for line in lines:
        typer.echo(f"error: {printable(line)}", err=True)
    raise SystemExit(code)


def program() -> str:
    """The program as it can be typed in this shell and folder, for hints: `.venv/bin/python -m app`, say."""
    python = Path(sys.executable)
    found = shutil.which(python.name)
    if found is not None and Path(found).absolute() == python.absolute():
        return f"{python.name} -m app"
    return f"{python.relative_to(Path.cwd()) if python.is_relative_to(Path.cwd()) else python} -m app"
