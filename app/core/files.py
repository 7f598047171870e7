"""Files that nobody else may read: 0600, in folders of 0700, whatever the umask."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

import structlog

_log = structlog.get_logger()


def make_private_folder(path: Path) -> None:
    """Make a folder, and those above it that are missing; one that is there stays as its owner has made it."""
    if not path.is_dir():
        make_private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Make an empty file; one that is there is only closed to others.

    An existing file is never opened: to close it again would end the locks that SQLite has on it in this process.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(os.path.realpath(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    restrict_to_owner(path)


def restrict_to_owner(path: Path) -> None:
    """Take a file away from everybody else if everybody could open it, and say so; what a group may do was somebody's wish."""
    try:
        mode = path.stat().st_mode
    except OSError:  # whoever opens it next tells what is the matter
        return
    if not stat.S_ISREG(mode) or not mode & stat.S_IRWXO:
        return
    try:
        path.chmod(stat.S_IMODE(mode) & stat.S_IRWXU)
    except PermissionError:
        _log.warning("everybody can open this file, and it is not ours to close", file=str(path), mode=f"{mode & 0o777:04o}")
    else:
        _log.warning("everybody could open this file; now only its owner can", file=str(path), mode=f"{mode & 0o777:04o}")
