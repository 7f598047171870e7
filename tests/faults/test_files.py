"""A SQLite file is removed, moved, replaced or truncated under a running service."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.faults.conftest import Record
from tests.faults.support.clients import Load
from tests.support.databases import Template
from tests.support.servers.service import Server

pytestmark = [pytest.mark.slow, pytest.mark.sensitive]

Harm = Callable[[Path], None]


def remove(path: Path) -> None:
    path.unlink()


def remove_the_log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def replace(path: Path) -> None:
    shutil.copy(path, path.with_name("copy.db"))
    path.with_name("copy.db").rename(path)


def move_the_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def empty(path: Path) -> None:
    os.truncate(path, 0)


def readiness(server: Server) -> int:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", "/health/ready")
    try:
        return connection.getresponse().status
    finally:
        connection.close()


def rescued(server: Server, folder: Path) -> str:
    """A copy of the database file that a process still has open, read from /proc/PID/fd."""
    for pid in server.pids():
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # connections come and go
                name = str(link.readlink()).removesuffix(" (deleted)").rpartition("/")[2]
                if name in {"accord.db", "accord.db-wal"}:
                    shutil.copyfile(link, folder / name)
    return f"sqlite:///{folder / 'accord.db'}"


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("harm", [remove, remove_the_log, replace, move_the_folder])
def test_nothing_is_acknowledged_after_the_files_have_gone(
    harm: Harm, workers: int, sqlite_template: Template, tmp_path: Path, record: Record
):
    finding = record(f"SQLite: {harm.__name__.replace('_', ' ')}, workers: {workers}")
    data, saved = tmp_path / "data", tmp_path / "saved"
    data.mkdir()
    saved.mkdir()
    sqlite_template.copy(data)

    with Server(data / "accord.db", workers=workers, log=tmp_path / "server.log") as server:
        with Load(server.url, posts=3, users=1, readers=2, keys=False) as load:
            harm(data / "accord.db")
            load.wait_for("503", 20)
            before = load.number
            load.wait_for("503", 50)
            load.wait_for_reads(20)
            after, ready, url = load.number, readiness(server), rescued(server, saved)
        load.report(finding, url)
        told = [line for line in server.log.read_text().splitlines() if "rejecting writes until" in line]

    assert after == before
    assert ready == 503
    assert finding.lost == finding.duplicated == 0
    assert load.writes.keys() == {"201", "503"}
    assert load.reads.keys() == {"200"}
    assert len(told) == workers
    assert all(str(data / "accord.db") in line for line in told)


def test_a_removed_log_costs_nothing_that_was_acknowledged_even_if_the_service_is_killed(
    sqlite_template: Template, tmp_path: Path, record: Record
):
    finding = record("SQLite: the log is removed, then kill -9")
    url = sqlite_template.copy(tmp_path)

    with Server(tmp_path / "accord.db") as server:
        with Load(server.url, posts=3, keys=False) as load:
            remove_the_log(tmp_path / "accord.db")
            load.wait_for("503", 20)
        server.kill()
        load.report(finding, url)

    assert finding.lost == finding.duplicated == 0


def test_a_file_that_is_moved_and_comes_back_is_written_again(sqlite_template: Template, tmp_path: Path, record: Record):
    finding = record("SQLite: the file is moved, and comes back")
    url, path = sqlite_template.copy(tmp_path), tmp_path / "accord.db"

    with Server(path, workers=2) as server:
        with Load(server.url, posts=3, users=1, readers=2) as load:
            path.rename(tmp_path / "moved.db")
            load.wait_for("503", 20)
            (tmp_path / "moved.db").rename(path)
            load.wait_for_writes()
        load.report(finding, url)
        ready = readiness(server)

    assert ready == 200
    assert finding.lost == finding.duplicated == 0


def test_an_emptied_file_stops_writes(sqlite_template: Template, tmp_path: Path, record: Record):
    finding = record("SQLite: the file is emptied")
    sqlite_template.copy(tmp_path)

    with Server(tmp_path / "accord.db") as server, Load(server.url, posts=3, keys=False) as load:
        empty(tmp_path / "accord.db")
        load.wait_for("503", 20)
        finding.acknowledged = before = load.number
        load.wait_for("503", 50)
        after, ready = load.number, readiness(server)

    assert after == before
    assert ready == 503
