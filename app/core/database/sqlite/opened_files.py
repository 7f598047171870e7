"""Detection of database files that were removed or replaced while open: what is written into them would be lost."""

from __future__ import annotations

import os
from pathlib import Path

import structlog

from app.core.errors import ServiceUnavailable

_SMALLEST = 512  # bytes: SQLite's smallest page size

_log = structlog.get_logger()


class OpenedFiles:
    """Identities (device, inode) of the database, its write-ahead log and its shared-memory index, taken while open."""

    def __init__(self, path: Path) -> None:
        self._path = path
        real = os.path.realpath(path)  # SQLite keeps the other files beside the target of a symbolic link
        self._files = {file: _identity(file.stat()) for file in (path, Path(f"{real}-wal"), Path(f"{real}-shm"))}
        self.fault: str | None = None  # found by the last check
        self.removed = False  # a file is missing, not replaced

    def check(self) -> None:
        """Compare the files, which takes a few microseconds. Changes are logged once.

        Raises:
            ServiceUnavailable: a file was removed, moved, replaced or emptied. Writes are accepted again when it is back.
        """
        before, self.fault = self.fault, self._fault()
        if self.fault is None:
            if before is not None:
                _log.warning("database files are back; writes are accepted again", file=str(self._path))
            return
        if self.fault != before:
            message = "database file missing or replaced; rejecting writes until it is restored or the service restarted"
            _log.error(message, file=str(self._path), reason=self.fault)
        raise ServiceUnavailable("The database is not available.") from FileNotFoundError(self.fault)

    def _fault(self) -> str | None:
        self.removed = False
        for file, identity in self._files.items():
            try:
                found = file.stat()
            except OSError as error:
                self.removed = True
                return f"{file} is missing ({error.strerror})"
            if _identity(found) != identity:
                return f"{file} was replaced"
            if found.st_size < _SMALLEST and file == self._path:
                return f"{file} was emptied"
        return None


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino
