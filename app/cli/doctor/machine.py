"""Checks of the machine: permissions of files and folders, open files, disk space."""

from __future__ import annotations

import os
import resource
import shutil
import stat
from collections.abc import AsyncIterator
from pathlib import Path

from accord.server.sockets import OTHER_FILES
from app.cli.doctor.finding import Finding, ok, problem, warning
from app.core.config import ENV_FILE, Settings
from app.core.urls.database import is_sqlite, sqlite_path

_MIB = 1024 * 1024
_LITTLE, _TOO_LITTLE = 1024 * _MIB, 100 * _MIB  # free bytes


def existing_parent(path: Path) -> Path:
    """The path itself if it exists, else the nearest folder above it that does."""
    path = path.absolute()
    return path if path.exists() or path == path.parent else existing_parent(path.parent)


def _paths(settings: Settings) -> list[Path]:
    """The files and folders that hold data or secrets."""
    database = sqlite_path(settings.database_url) if is_sqlite(settings.database_url) else None
    return [path for path in (ENV_FILE, database, settings.mail_folder) if path is not None]


async def check_permissions(settings: Settings) -> AsyncIterator[Finding]:
    """That no one else reads `.env`, the SQLite file and the folder of mails, and that this user can write the data."""
    faults = []
    for path in _paths(settings):
        mode = path.stat().st_mode if path.exists() else 0
        if mode & stat.S_IRWXO:
            private = "700" if stat.S_ISDIR(mode) else "600"
            faults.append(problem("permissions", f"everyone can access {path} ({mode & 0o777:04o})", f"chmod {private} {path}"))
        if path.absolute().parent.exists() and path.absolute().parent.stat().st_mode & stat.S_IWOTH and not _is_sticky(path):
            folder = path.absolute().parent
            faults.append(problem("permissions", f"everyone can replace files in {folder}", f"chmod o-w {folder}"))
        if path is not ENV_FILE and not os.access(existing_parent(path), os.W_OK):
            faults.append(problem("permissions", f"this user cannot write {path}", f"chown it to user {os.geteuid()}"))
    for fault in dict.fromkeys(faults) or [ok("permissions", "data and secrets are private")]:
        yield fault


def _is_sticky(path: Path) -> bool:
    """Whether only owners can replace files in the folder, as in /tmp."""
    return bool(path.absolute().parent.stat().st_mode & stat.S_ISVTX)


async def check_open_files(settings: Settings) -> AsyncIterator[Finding]:
    """That the limit of open files permits MAX_CONNECTIONS."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)  # the server raises its own limit to this one
    needed = settings.max_connections + OTHER_FILES
    if hard != resource.RLIM_INFINITY and hard < needed:
        yield warning(
            "open files",
            f"the limit of {hard} permits {max(hard - OTHER_FILES, 1)} of MAX_CONNECTIONS={settings.max_connections}",
            f"raise it to {needed} (ulimit -Hn, LimitNOFILE), or lower MAX_CONNECTIONS",
        )
    else:
        yield ok("open files", f"the limit permits {settings.max_connections} connections")


async def check_disk_space(settings: Settings) -> AsyncIterator[Finding]:
    """That the disks of the data have free space."""
    folders = {existing_parent(path) for path in _paths(settings)}
    folder, free = min(((path, shutil.disk_usage(path).free) for path in folders), key=lambda found: found[1])
    message, remedy = f"{free // _MIB} MiB free at {folder}", "free some space, or move the data"
    if free < _TOO_LITTLE:
        yield problem("disk space", message, remedy)
    elif free < _LITTLE:
        yield warning("disk space", message, remedy)
    else:
        yield ok("disk space", message)
