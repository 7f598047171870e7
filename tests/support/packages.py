"""Programs that no Python package has: the machine's own, else one that is installed now with apt-get.

Root, and whoever may become root by sudo, installs it in the system. Anybody else unpacks it, with what it needs and the
system does not have, into a folder beside the environment's Python, where `make clean` finds it.
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


class NotInstalled(Exception):
    """There is no such program and none can be installed; the text says why."""


def ensure(program: str, *packages: str) -> str:
    """The path of a program, which is installed first if need be; of a package of its name unless packages are named.

    Raises:
        NotInstalled: it cannot be had here.
    """
    with _alone():  # several processes may want it at once, and apt-get waits for another only in part
        if (path := found(program)) is not None:
            return path
        if shutil.which("apt-get") is None:
            raise NotInstalled(f"The tests need {program}: install it with the system's package manager.")
        failures = []
        for install in (_install, _unpack):
            try:
                install(program, packages or (program,))
            except (OSError, subprocess.SubprocessError) as error:
                failures.append(f"{error}\n{getattr(error, 'output', None) or ''}"[-1000:])
            if (path := found(program)) is not None:
                return path
    raise NotInstalled("\n".join([f"The tests need {program}, which cannot be installed here.", *failures]))


def found(program: str) -> str | None:
    """The path of a program that is there."""
    return shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:{_FOLDER / 'bin'}")


@contextlib.contextmanager
def _alone() -> Iterator[None]:
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
    """Into the system."""
    root = () if os.geteuid() == 0 else ("sudo", "-n")
    apt = (*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=300")
    _run(*apt, "update")
    _run(*apt, "install", "--yes", "--no-install-recommends", *packages)


def _unpack(program: str, packages: Sequence[str]) -> None:
    """Into our folder, with a script `bin/PROGRAM` that starts it with the libraries that lie there."""
    state, tree = _FOLDER / "apt", _FOLDER / program
    for folder in (state / "lists" / "partial", state / "archives" / "partial", _FOLDER / "bin"):
        folder.mkdir(parents=True, exist_ok=True)
    ours = {"Dir::State::lists": state / "lists", "Dir::Cache": state, "Debug::NoLocking": "1"}
    apt = ("apt-get", *(part for name, value in ours.items() for part in ("-o", f"{name}={value}")))
    _run(*apt, "update")
    _run(*apt, "install", "--yes", "--no-install-recommends", "--download-only", *packages)
    for archive in (state / "archives").glob("*.deb"):
        _run("dpkg-deb", "--extract", str(archive), str(tree))
    shutil.rmtree(state)
    libraries = ":".join(
        sorted({str(path.parent) for path in tree.rglob("*.so*") if re.search(r"\.so(\.[0-9]+)*$", path.name)})
    )
    # Scripts of packages look for their program in the system.
    binary = next(path for path in tree.rglob(program) if path.is_file() and path.read_bytes()[:4] == b"\x7fELF")
    script = _FOLDER / "bin" / program
    script.write_text(f'#!/bin/sh\nLD_LIBRARY_PATH={shlex.quote(libraries)} exec {shlex.quote(str(binary))} "$@"\n')
    script.chmod(0o755)
