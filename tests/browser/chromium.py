"""A Chromium for the browser tests: the machine's own, else one that is installed now."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Playwright, expect

from tests.support import packages

# Milliseconds. On a busy machine a page of Swagger UI takes tens of seconds.
PATIENCE = 90_000
expect.set_options(timeout=PATIENCE)

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


def ensure(playwright: Playwright) -> str:
    """The path of a Chromium, installed first if need be: from the system's packages, else by playwright.

    Raises:
        NotInstalled: neither way works here.
    """
    if (path := _found(playwright)) is not None:
        return path
    try:
        packages.ensure("chromium", "chromium", "fonts-dejavu-core")
    except packages.NotInstalled as error:
        failure = _failure(sys.executable, "-m", "playwright", "install", "chromium")
        if failure is not None:
            raise packages.NotInstalled(f"{error}\n{failure}\nSet CHROMIUM to the path of one.") from error
    if (path := _found(playwright)) is None:
        raise packages.NotInstalled("The Chromium that is installed does not start: set CHROMIUM to the path of one that does.")
    return path


def _found(playwright: Playwright) -> str | None:
    """`CHROMIUM`, else the first on the PATH, else playwright's own; it must start."""
    candidates = (os.environ.get("CHROMIUM"), *map(packages.found, NAMES), playwright.chromium.executable_path)
    return next((path for path in candidates if path and shutil.which(path) and _failure(path, "--version") is None), None)


def _failure(*command: str) -> str | None:
    """Run a command; what it said last if it failed."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=packages.INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return f"{' '.join(command)}: {done.stdout[-1000:]}" if done.returncode else None
