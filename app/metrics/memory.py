"""Numbers in memory that several processes share: each process writes to its own slot, and each can read all slots.

A slot outlives its process. The next process that claims it continues to count there, so counters never decrease when a worker
is replaced. Writing costs as much as writing to a list, because no lock is needed.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import TypeAlias

SLOT_BYTES = 512 * 1024  # for about 2000 rows; memory that is not used is not allocated
STALE_SECONDS = 5.0  # without a heartbeat, after which a process counts as gone

# A slot is an array of doubles: a header, then records of a name (its length in bytes, UTF-8, padded) and a row (its width).
_USED, _PID, _HEARTBEAT, _SINCE = 0, 1, 2, 3
_HEADER, _DOUBLE = 4, 8

Key: TypeAlias = tuple[str, ...]  # the name of a metric, then the values of its labels
Row: TypeAlias = "memoryview[float]"


class Slot:
    """The numbers of one process, in rows of a fixed width."""

    def __init__(self, memory: memoryview) -> None:
        self._bytes, self._numbers = memory, memory.cast("d")

    @cached_property
    def _rows(self) -> dict[Key, Row]:
        return dict(self)  # when the first row is asked for: those who only read need no index

    def __iter__(self) -> Iterator[tuple[Key, Row]]:
        """Every row by its key. Other processes may add rows meanwhile."""
        at, end = _HEADER, int(self._numbers[_USED])
        while at < end:
            length, width = int(self._numbers[at]), int(self._numbers[at + 1])
            first, row = (at + 2) * _DOUBLE, at + 2 + -(-length // _DOUBLE)
            yield tuple(bytes(self._bytes[first : first + length]).decode().split("\0")), self._numbers[row : row + width]
            at = row + width

    def row(self, *key: str, width: int = 1) -> Row:
        """The row of a key; a new row is zero. If the slot is full, a row that is not read by anyone."""
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = self._add("\0".join(key).encode(), width)
        return found

    def _add(self, name: bytes, width: int) -> Row:
        at = int(self._numbers[_USED]) or _HEADER
        row = at + 2 + -(-len(name) // _DOUBLE)
        if row + width > len(self._numbers):
            return memoryview(bytearray(width * _DOUBLE)).cast("d")
        self._numbers[at], self._numbers[at + 1] = len(name), width
        self._bytes[(at + 2) * _DOUBLE : (at + 2) * _DOUBLE + len(name)] = name
        self._numbers[_USED] = row + width  # last, so that readers never see half a record
        return self._numbers[row : row + width]

    @property
    def pid(self) -> int | None:
        """The process that writes here; None if it is gone."""
        is_alive = time.monotonic() - self._numbers[_HEARTBEAT] < STALE_SECONDS  # the clock is the same in all processes
        return int(self._numbers[_PID]) if is_alive and self._numbers[_PID] else None

    def beat(self) -> None:
        """Record that this process is alive."""
        self._numbers[_PID], self._numbers[_HEARTBEAT] = os.getpid(), time.monotonic()

    def leave(self) -> None:
        """Record that this process is gone."""
        self._numbers[_PID] = 0

    def clear(self) -> None:
        """Remove all rows."""
        self._numbers[_USED] = 0
        self._bytes[_HEADER * _DOUBLE :] = bytes(len(self._bytes) - _HEADER * _DOUBLE)
        self._rows.clear()


def create_file(processes: int) -> int:
    """A file without a name for the slots of some processes, and of those that replace them before they have ended."""
    if sys.platform == "linux":
        file = os.memfd_create("metrics")  # needs no folder that can be written
    else:
        with tempfile.TemporaryFile() as unnamed:
            file = os.dup(unnamed.fileno())
    os.ftruncate(file, 2 * processes * SLOT_BYTES)
    os.pwrite(file, struct.pack("d", time.time()), _SINCE * _DOUBLE)  # of the first slot
    return file


class Memory:
    """The slots in a file that child processes inherit."""

    def __init__(self, file: int) -> None:
        self.file, self._map = file, mmap.mmap(file, 0)
        whole = memoryview(self._map)
        self._slots = [whole[at : at + SLOT_BYTES] for at in range(0, len(whole), SLOT_BYTES)]

    def claim(self) -> Slot:
        """A slot that no running process has claimed.

        Raises:
            RuntimeError: there is none.
        """
        for number, memory in enumerate(self._slots):
            with suppress(OSError):  # a lock of a process, which ends with it
                fcntl.lockf(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
                return Slot(memory)
        raise RuntimeError("more processes count metrics than there is memory for")

    @property
    def since(self) -> datetime:
        """Since when processes count: the creation of the memory."""
        return datetime.fromtimestamp(self._slots[0].cast("d")[_SINCE], UTC)

    def slots(self) -> list[Slot]:
        """All slots, to be read."""
        return [Slot(memory) for memory in self._slots]
