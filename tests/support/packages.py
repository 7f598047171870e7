"""Programs that no Python package provides: the machine's own, or installed on demand with apt-get.

Root (as in CI) installs them in the system. Any other user gets the packages, with those of their dependencies that the
system lacks, unpacked in a folder of the virtual environment; `make clean` removes it. Nothing asks for root privileges.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

INSTALL_SECONDS = 600

_FOLDER = Path(sys.prefix) / "packages"
_SYSTEM = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


class NotInstalled(Exception):
    """The program is missing and cannot be installed; the message says why."""


def ensure(program: str, *packages: str) -> str:
    """The path of a program, which is installed if it is missing: from `packages`, by default from the package of its name.

    Raises:
        NotInstalled: the program cannot be installed here.
    """
    with _locked():  # test processes run in parallel, and apt-get does not wait for all of its own locks
        if (path := found(program)) is not None:
            return path
        if shutil.which("apt-get") is None:
            raise NotInstalled(f"The tests need {program}: install it with the system's package manager.")
        install = _install if os.geteuid() == 0 else _unpack
        failure = ""
        try:
            install(program, packages or (program,))
        except (OSError, subprocess.SubprocessError) as error:
            failure = f"\n{error}\n{getattr(error, 'output', None) or ''}"[-1000:]
        if (path := found(program)) is not None:
            return path
    raise NotInstalled(f"The tests need {program}, which cannot be installed here.{failure}")


def found(program: str) -> str | None:
    """The path of a program, or None if it is not installed."""
    return shutil.which(program, path=f"{_SYSTEM}:{_FOLDER / 'bin'}")


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    with _FOLDER.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _run(*command: str) -> None:
    subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=INSTALL_SECONDS,
        check=True,
    )


def _install(_: str, packages: Sequence[str]) -> None:
    """Install in the system."""
    apt = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300")
    _run(*apt, "update")
    _run(*apt, "install", "--yes", "--no-install-recommends", *packages)


def _unpack(program: str, packages: Sequence[str]) -> None:
    """Unpack into the virtual environment, with a script `bin/PROGRAM` that starts the program with the unpacked libraries."""
    state, tree = _FOLDER / "apt", _FOLDER / program
    for folder in (state / "lists" / "partial", state / "archives" / "partial", _FOLDER / "bin"):
        folder.mkdir(parents=True, exist_ok=True)
    ours = {"Dir::State::lists": state / "lists", "Dir::Cache": state, "Debug::NoLocking": "1"}
    apt = ("apt-get", *(part for name, value in ours.items() for part in ("-o", f"{name}={value}")))
    _run(*apt, "update")
    _run(*apt, "install", "--yes", "--no-install-recommends", "--download-only", "--reinstall", *packages)
    for archive in (state / "archives").glob("*.deb"):
        _run("dpkg-deb", "--extract", str(archive), str(tree))
    shutil.rmtree(state)
    libraries = ":".join(
        sorted({str(path.parent) for path in tree.rglob("*.so*") if re.search(r"\.so(\.[0-9]+)*$", path.name)})
    )
    # The binary itself: a package's wrapper script would look for it in the system.
    binaries = [path for path in tree.rglob(program) if path.is_file() and path.read_bytes()[:4] == b"\x7fELF"]
    if not binaries:
        raise FileNotFoundError(f"No binary {program} in {' '.join(packages)}.")
    script = _FOLDER / "bin" / program
    script.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={shlex.quote(libraries)} exec {shlex.quote(str(binaries[0]))} "$@"\n')
    script.chmod(0o755)
