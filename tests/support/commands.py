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
from tests.support.secret_key import SECRET_KEY

_DROP = 24  # PR_CAPBSET_DROP
_CAPABILITIES = (1, 2, 10)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_NET_BIND_SERVICE

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def without_privileges() -> None:
    """For `preexec_fn`: drop root's privilege to ignore file modes and to listen on ports below 1024."""
    for number in _CAPABILITIES:
        ctypes.CDLL(None).prctl(_DROP, number, 0, 0, 0)


def runner(folder: Path) -> Run:
    """Runs commands in a folder, in staging, where weak hashes are permitted, with a database that does not exist yet."""
    names = {name.upper() for name in Settings.model_fields}
    inherited = {name: value for name, value in os.environ.items() if name not in names}

    def run(*arguments: str, stdin: str | bytes = "", **settings: str) -> subprocess.CompletedProcess[str]:
        environment = {
            **inherited,
            "PYTHONPATH": str(ROOT),
            "ENV": "staging",
            "DATABASE_URL": f"sqlite:///{folder / 'accord.db'}",
            "PASSWORD_MEMORY_KIB": "8",
            "SECRET_KEY": SECRET_KEY,
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
    """The lines that a failed command wrote; fails on a traceback or a log line."""
    assert result.returncode == code, result
    lines = result.stderr.splitlines()
    assert lines, result
    assert all(line.startswith("error: ") for line in lines), result
    return [line.removeprefix("error: ") for line in lines]


def message(result: subprocess.CompletedProcess[str], code: int = 1) -> str:
    """The only line that a failed command wrote."""
    [line] = messages(result, code)
    return line
