"""Programs of npm packages, installed once in the virtual environment and run by its Node."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

BIN = Path(sys.executable).parent
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
    "CI": "true",
    "NO_COLOR": "1",
    "REDOCLY_TELEMETRY": "off",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
}

INSTALL_SECONDS = 300

REDOCLY = "@redocly/cli@2.77.0"


class NotInstalled(Exception):
    """The packages cannot be installed; the message says why."""


def ensure(*packages: str) -> Path:
    """Install these packages (`name@version`) and return their `node_modules`, whose `.bin` has the programs.

    Raises:
        NotInstalled: npm failed.
    """
    folder = Path(sys.prefix) / "npm" / sha256(" ".join(packages).encode()).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:  # test processes run in parallel
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / "installed"
        if not done.exists():
            command: list[str | Path] = [
                BIN / "npm",
                "install",
                "--prefix",
                folder,
                "--no-save",
                "--no-audit",
                "--no-fund",
                "--ignore-scripts",
            ]
            ran = subprocess.run(
                [*command, *packages], env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS
            )
            if ran.returncode:
                raise NotInstalled(f"npm cannot install {' '.join(packages)}:\n{ran.stderr[-1000:]}")
            done.touch()
    return folder / "node_modules"
