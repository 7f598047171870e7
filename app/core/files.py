"""Files and folders that only their owner can access: modes 0600 and 0700, whatever the umask."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path

import structlog

_log = structlog.get_logger()


def make_private_folder(path: Path) -> None:
    """Create a folder and its missing parents. An existing folder keeps its mode."""
    if not path.is_dir():
        make_private_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


def make_private_file(path: Path) -> None:
    """Create an empty file, or restrict an existing one to its owner.

    An existing file is never opened: closing it again would release the locks that SQLite holds on it in this process.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(os.path.realpath(path), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    restrict_to_owner(path)


def restrict_to_owner(path: Path) -> None:
    """Restrict a file that everyone can access to its owner, with a warning. Access for a group only is left as it is."""
    try:
        mode = path.stat().st_mode
    except OSError:  # opening the file will report it
        return
    if not stat.S_ISREG(mode) or not mode & stat.S_IRWXO:
        return
    try:
        path.chmod(stat.S_IMODE(mode) & stat.S_IRWXU)
    except PermissionError:
        _log.warning(
            "file is accessible to everyone, and its mode cannot be changed", file=str(path), mode=f"{mode & 0o777:04o}"
        )
    else:
        _log.warning("file was accessible to everyone; now only to its owner", file=str(path), mode=f"{mode & 0o777:04o}")
