"""Where tests create temporary files: in memory, if the machine has enough."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of Linux
DISK = Path("/tmp")  # noqa: S108 - likewise; a socket's path may only be short
NEEDED = 4 * 1024**3  # bytes; all tests leave less than half of this


def use_memory() -> None:
    """Make memory the place of temporary files of this process and its children, unless TMPDIR is set.

    Creating a file there takes a thirtieth of the time, and a database of PostgreSQL consists of hundreds.
    """
    if "TMPDIR" in os.environ or not MEMORY.is_dir():
        return
    about = os.statvfs(MEMORY)
    if about.f_bavail * about.f_frsize >= NEEDED and not about.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
