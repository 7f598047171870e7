"""`python -m app` as a process that runs one command and ends."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from app.core.config import Settings
from tests.support.paths import ROOT

_DROP = 24  # PR_CAPBSET_DROP
_CAPABILITIES = (1, 2, 10)  # to write and to read what the mode of a file forbids; to listen below port 1024

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def without_privileges() -> None:
    """For `preexec_fn`: from now on, modes of files and low ports count for root as for everybody else."""
    for number in _CAPABILITIES:
        ctypes.CDLL(None).prctl(_DROP, number, 0, 0, 0)


def runner(folder: Path) -> Run:
    """Runs a command in a folder and in an environment without settings, on a database that is not there yet."""
    names = {name.upper() for name in Settings.model_fields}
    inherited = {name: value for name, value in os.environ.items() if name not in names}

    def run(*arguments: str, stdin: str | bytes = "", **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": f"sqlite:///{folder / 'accord.db'}",
            "PASSWORD_MEMORY_KIB": "8",
            **settings,
        }
        given = stdin.encode() if isinstance(stdin, str) else stdin
        ended = subprocess.run(
            [sys.executable, "-m", "app", *arguments],
            cwd=folder,
            env=environment,
            input=given,
            capture_output=True,
            timeout=60,
            check=False,
            preexec_fn=without_privileges,
        )
        return subprocess.CompletedProcess(arguments, ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    return run


def messages(result: subprocess.CompletedProcess[str], code: int = 1) -> list[str]:
    """The lines with which a command failed, which are its own: no traceback, no log."""
    assert result.returncode == code, result
    lines = result.stderr.splitlines()
    assert lines, result
    assert all(line.startswith("error: ") for line in lines), result
    return [line.removeprefix("error: ") for line in lines]


def message(result: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """The one line with which a command failed."""
    [line] = messages(result, code)
    return line
