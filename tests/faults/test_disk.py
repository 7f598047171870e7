"""The disk is full, with the database in a file."""

from __future__ import annotations

import contextlib
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.conftest import Record
from tests.faults.support.clients import Load
from tests.support.databases import Template
from tests.support.servers.service import Server

pytestmark = [pytest.mark.slow, pytest.mark.sensitive]

MEGABYTES = 16  # of the small disk

Fault = tuple[Callable[[], None], Callable[[], None]]  # how it begins and how it ends


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of a few megabytes, mounted in the folder; needs root."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def full(folder: Path) -> Fault:
    """Fill the file system of the folder completely."""
    ballast = folder / "ballast"

    def begin() -> None:
        with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    return begin, ballast.unlink


def limited(server: Server, database: Path) -> Fault:
    """Limit the server's files to their present size: larger writes fail with EFBIG."""

    def limit(size: int) -> None:
        for pid in server.pids():
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    return (lambda: limit(database.with_name(f"{database.name}-wal").stat().st_size)), (lambda: limit(resource.RLIM_INFINITY))


@pytest.mark.parametrize("way", ["disk", "limit"])
def test_a_full_disk_stops_writes_alone_and_until_there_is_room(way, sqlite_template: Template, tmp_path: Path, record: Record):
    finding = record(f"SQLite: {'the disk is full' if way == 'disk' else 'files may not grow (RLIMIT_FSIZE)'}")
    folder = tmp_path / "small"
    folder.mkdir()
    log = tmp_path / "server.log"

    with small_disk(folder) if way == "disk" else contextlib.nullcontext():
        url = sqlite_template.copy(folder)
        path = folder / "accord.db"
        with Server(path, workers=2, log=log) as server:
            begin, end = full(folder) if way == "disk" else limited(server, path)
            with Load(server.url, posts=3, users=1, readers=2) as load:
                begin()
                load.wait_for("503", 20)
                load.wait_for_reads(50)
                end()
                load.wait_for_writes()
            load.report(finding, url)

    assert finding.lost == finding.duplicated == 0
    assert load.writes.keys() == {"201", "503"}
    assert load.reads.keys() == {"200"}
