"""Files of the service are accessible only to its owner, whatever the umask."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests.support.builders import new_user
from tests.support.paths import ROOT
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow

UMASKS = pytest.mark.parametrize("mask", [0o000, 0o022], ids=["umask 000", "umask 022"])


@contextmanager
def umask(mask: int) -> Iterator[None]:
    """The umask of programs started meanwhile."""
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """The modes of a folder and everything in it."""
    return {
        path.name: f"{stat.S_IMODE(path.lstat().st_mode):04o}{'/' if path.is_dir() else ''}"
        for path in (folder, *folder.rglob("*"))
    }


def sign_up(server: Server) -> None:
    body = json.dumps(new_user()).encode()
    urlopen(Request(f"{server.url}/api/v1/users", body, {"Content-Type": "application/json"})).close()  # noqa: S310 - ours


def wait_for(folder: Path, pattern: str) -> None:
    deadline = time.monotonic() + 30
    while not list(folder.rglob(pattern)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


@UMASKS
def test_files_of_a_running_service_are_private(tmp_path: Path, mask: int):
    made = tmp_path / "made"
    settings: dict[str, Any] = {"ENV": "development", "MAIL_FOLDER": str(made / "deep" / "mail")}

    with umask(mask), Server(made / "data" / "accord.db", log=tmp_path / "log", **settings) as server:
        sign_up(server)
        wait_for(made, "*.eml")
        found = modes(made)

    assert {"accord.db", "accord.db-wal", "accord.db-shm", "data", "deep", "mail"} < found.keys()
    assert {name for name, mode in found.items() if mode not in {"0600", "0700/"}} == set()


@UMASKS
def test_files_of_concurrent_commands_are_private(tmp_path: Path, mask: int):
    made = tmp_path / "made"
    environment = {
        **os.environ,
        "ENV": "staging",
        "DATABASE_URL": f"sqlite:///{made}/data/accord.db",
        "PASSWORD_MEMORY_KIB": "8",
    }

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "app", *arguments]
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)

    seen: dict[str, str] = {}
    with umask(mask), (tmp_path / "log").open("wb") as output:
        for commands in ([["migrate"]] * 3, [["seed", "--users", "2000"]] * 2):
            processes = [start(*command) for command in commands]
            while any(process.poll() is None for process in processes):
                for path in made.rglob("*"):
                    try:
                        seen[path.name] = f"{stat.S_IMODE(path.lstat().st_mode):04o}"
                    except FileNotFoundError:
                        continue
                time.sleep(0.002)
            assert [process.wait() for process in processes] == [0] * len(processes), (tmp_path / "log").read_text()

    assert {"accord.db", "data"} < seen.keys()
    assert {name: mode for name, mode in seen.items() if mode not in {"0600", "0700"}} == {}


def test_world_readable_files_are_restricted_with_a_warning(sqlite_template, tmp_path: Path):
    sqlite_template.copy(tmp_path)
    path = tmp_path / "accord.db"
    path.chmod(0o644)
    tmp_path.chmod(0o755)

    with Server(path, workers=2) as server:
        sign_up(server)
        found = modes(tmp_path)
    warnings = [line for line in server.log.read_text().splitlines() if "file was accessible to everyone" in line]

    assert {found[name] for name in ("accord.db", "accord.db-wal", "accord.db-shm")} == {"0600"}
    assert found[tmp_path.name] == "0755/"
    assert 1 <= len(warnings) <= 2
    assert str(path) in warnings[0]
    assert "0644" in warnings[0]


def test_group_access_is_kept(sqlite_template, tmp_path: Path):
    sqlite_template.copy(tmp_path)
    (tmp_path / "accord.db").chmod(0o640)

    with Server(tmp_path / "accord.db") as server:
        sign_up(server)
        found = modes(tmp_path)

    assert {found[name] for name in ("accord.db", "accord.db-wal", "accord.db-shm")} == {"0640"}
