"""Whether the files of a database are still those that were opened: what is written into a removed file is lost."""

from __future__ import annotations

import os
from pathlib import Path

import structlog

from app.core.errors import ServiceUnavailable

_SMALLEST = 512  # bytes of a page of SQLite

_log = structlog.get_logger()


class OpenedFiles:
    """The database, its write-ahead log and the index of that, as they are when a connection has just used them."""

    def __init__(self, path: Path) -> None:
        self._path = path
        real = os.path.realpath(path)  # SQLite keeps the others beside the file that a link leads to
        self._files = {file: _identity(file.stat()) for file in (path, Path(f"{real}-wal"), Path(f"{real}-shm"))}
        self.fault: str | None = None  # what was found last
        self.removed = False  # some are gone, and nobody has put others in their place

    def check(self) -> None:
        """Look; a few microseconds. What has changed since is logged once.

        Raises:
            ServiceUnavailable: a file was removed, moved, replaced or emptied. It is over when the same files are back.
        """
        before, self.fault = self.fault, self._fault()
        if self.fault != before:
            self._tell()
        if self.fault is not None:
            raise ServiceUnavailable("The database is not available.") from FileNotFoundError(self.fault)

    def _tell(self) -> None:
        if self.fault is None:
            _log.warning("the files of the database are back: writes are accepted again", file=str(self._path))
        else:
            advice = "writes are refused until the same file is back or the service is restarted"
            _log.error(advice, file=str(self._path), reason=self.fault)

    def _fault(self) -> str | None:
        self.removed = False
        for file, identity in self._files.items():
            try:
                found = file.stat()
            except OSError as error:
                self.removed = True
                return f"{file} cannot be found any more ({error.strerror})"
            if _identity(found) != identity:
                return f"{file} was replaced"
            if found.st_size < _SMALLEST and file == self._path:
                return f"{file} was emptied"
        return None


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino
