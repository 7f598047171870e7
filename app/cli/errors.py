"""How a command of `accord` ends with a message, and what it is called. Imports next to nothing."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import NoReturn

import typer

from app.core.printable import printable

# Exit codes. With 2 a restart does not help: the command line or a setting has to be changed.
FAILED, MISUSED = 1, 2


def fail(*lines: str, code: int = FAILED) -> NoReturn:
    """End with these lines on standard error."""
    for line in lines:
        typer.echo(f"accord: {printable(line)}", err=True)
    raise SystemExit(code)


def program() -> str:
    """What to type for this program: `accord` if that finds it, else the path by which it was started."""
    started = Path(sys.argv[0])
    if started.suffix == ".py":
        return f"{_typed(Path(sys.executable))} -m app"
    return _typed(started)


def _typed(started: Path) -> str:
    found = shutil.which(started.name)
    if found is not None and Path(found).absolute() == started.absolute():
        return started.name
    return str(started.relative_to(Path.cwd())) if started.is_relative_to(Path.cwd()) else str(started)
