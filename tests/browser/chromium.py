"""A Chromium for the browser tests: the machine's own, else one that is installed now."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# Without these a browser in a container does not start, or looks up its maker's hosts.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

INSTALL_SECONDS = 600


class NoChromium(Exception):
    """There is no Chromium and none can be installed; the text says why and what to do."""


def ensure(playwright: Playwright) -> str:
    """The path of a Chromium, installed first if need be: from the system's packages, else by playwright.

    Raises:
        NoChromium: neither way works here.
    """
    if (path := _found(playwright)) is not None:
        return path
    failures: list[str] = []
    for commands in _ways():
        failures += [failure for command in commands if (failure := _failure(*command)) is not None]
        if (path := _found(playwright)) is not None:
            return path
    raise NoChromium(
        "The browser tests need Chromium: install it with the system's package manager, or set CHROMIUM to its path.\n"
        + "\n".join(failures)
    )


def _found(playwright: Playwright) -> str | None:
    """`CHROMIUM`, else the first on the PATH, else playwright's own; it must start."""
    candidates = (os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), playwright.chromium.executable_path)
    return next((path for path in candidates if path and shutil.which(path) and _failure(path, "--version") is None), None)


def _ways() -> list[list[tuple[str, ...]]]:
    ways = [[(sys.executable, "-m", "playwright", "install", "chromium")]]
    if shutil.which("apt-get"):
        root = () if os.geteuid() == 0 else ("sudo", "-n")
        apt = (*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300")
        ways.insert(
            0, [(*apt, "update"), (*apt, "install", "--yes", "--no-install-recommends", "chromium", "fonts-dejavu-core")]
        )
    return ways


def _failure(*command: str) -> str | None:
    """Run a command; what it said last if it failed."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return f"{' '.join(command)}: {done.stdout[-1000:]}" if done.returncode else None
