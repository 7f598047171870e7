"""Backup and restore as docs/operations.md says: all that was acknowledged before the restored moment is there."""

from __future__ import annotations

import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import pytest

from app.migrations import run
from tests.support.builders import new_user
from tests.support.databases import query
from tests.support.load import ask, connected, wait_until
from tests.support.servers.postgres import Postgres, binaries, unprivileged
from tests.support.servers.service import Server

pytestmark = pytest.mark.slow


class Writing:
    """Clients that sign up users until the end of the block; `acknowledged` are those with a 201."""

    def __init__(self, port: int) -> None:
        self._port, self._stop = port, threading.Event()
        self.acknowledged: list[str] = []
        self._threads = [threading.Thread(target=self._write) for _ in range(4)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def go_on(self, number: int) -> None:
        wanted = len(self.acknowledged) + number
        wait_until(lambda: len(self.acknowledged) >= wanted)

    def _write(self) -> None:
        with connected(self._port) as connection:
            while not self._stop.is_set():
                user = new_user()
                if ask(connection, "POST", "/api/v1/users", user).status == 201:
                    self.acknowledged.append(user["username"])


class Restored(Postgres):
    """A server made of a base backup and the write-ahead log of another one."""

    def __init__(self, backup: Path, log: Path, moment: str | None) -> None:
        # The last file, to which the server was still writing, has another name.
        command = f'cp "{log}/%f" "%p" || cp "{log}/%f.partial" "%p"'
        target = {"recovery_target_time": moment} if moment is not None else {}
        super().__init__(durable=True, restore_command=command, recovery_target_action="promote", **target)  # type: ignore[arg-type]
        self._backup = backup

    def _make(self) -> None:
        shutil.copytree(self._backup, self.data)
        (self.data / "recovery.signal").touch()

    def start(self, **settings: str) -> None:
        super().start(**settings)
        wait_until(lambda: self.execute("SELECT pg_is_in_recovery()") == [(False,)])

    def users(self) -> dict[str, str | None]:
        """Their full names by username."""
        return dict(self.execute("SELECT username, full_name FROM users"))


@contextmanager
def receiving(server: Postgres, folder: Path) -> Iterator[None]:
    """Keep the write-ahead log in a folder; the server waits for it before it acknowledges a commit."""
    prefix, arguments = unprivileged()
    server.run("pg_receivewal", *_to(server), "--slot=archive", "--create-slot")
    command = [str(binaries() / "pg_receivewal"), *_to(server), "--slot=archive", f"--directory={folder}", "--synchronous"]
    with subprocess.Popen([*prefix, *command], cwd=server.folder, **arguments) as receiver:
        try:
            wait_until(lambda: server.execute("SELECT 1 FROM pg_stat_replication") == [(1,)])
            server.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            server.execute("SELECT pg_reload_conf()")
            yield
        finally:
            receiver.terminate()


def _to(server: Postgres) -> tuple[str, ...]:
    return "--host=127.0.0.1", f"--port={server.port}", "--username=postgres", "--no-loop"


def restore(backup: Path, log: Path, moment: str | None) -> dict[str, str | None]:
    """The users of a restored server."""
    began = time.monotonic()
    with Restored(backup, log, moment) as restored:
        seconds, users = time.monotonic() - began, restored.users()
    print(f"\nrestored {len(users)} users in {seconds:.1f} s, as of {moment or 'the last commit'}")  # noqa: T201 - for people
    return users


class TestPostgreSQL:
    def test_a_lost_server_is_restored_to_its_last_commit_or_to_a_moment(self):
        with Postgres(durable=True) as server:
            backup, log = server.folder / "backup", server.folder / "log"
            log.mkdir()
            run.upgrade(server.url())
            with receiving(server, log), Server(server.url(), WORKER="false") as service:
                with Writing(service.port) as writing:
                    writing.go_on(20)
                    options = ("--wal-method=none", "--checkpoint=fast", "--no-sync")
                    server.run("pg_basebackup", *_to(server)[:3], "--pgdata", str(backup), *options)
                    writing.go_on(50)
                    before = set(writing.acknowledged)
                    [(moment,)] = server.execute("SELECT clock_timestamp()::text")
                    server.execute("UPDATE users SET full_name = 'Overwritten'")
                    writing.go_on(50)
                    server.kill()
                service.kill()
            after = set(writing.acknowledged) - before
            shutil.rmtree(server.data)

            last = restore(backup, log, None)
            assert (before | after) - last.keys() == set()
            assert {last[name] for name in before} == {"Overwritten"}

            earlier = restore(backup, log, moment)
            assert before - earlier.keys() == set()
            assert "Overwritten" not in earlier.values()
            assert not after <= earlier.keys()


class TestSQLite:
    def test_a_copy_made_while_it_serves_has_all_that_was_acknowledged_before(self, sqlite_template, tmp_path):
        sqlite_template.copy(tmp_path)
        with Server(tmp_path / "accord.db") as service, Writing(service.port) as writing:
            writing.go_on(50)
            before = set(writing.acknowledged)
            began = time.monotonic()
            query(f"sqlite:///{tmp_path / 'accord.db'}", "VACUUM INTO ?", str(tmp_path / "copy.db"))
            seconds = time.monotonic() - began
            writing.go_on(20)
        restored = f"sqlite:///{tmp_path / 'copy.db'}"
        print(f"\ncopied in {seconds:.2f} s")  # noqa: T201 - for people

        assert query(restored, "PRAGMA integrity_check") == [("ok",)]
        assert before - {row["username"] for row in query(restored, "SELECT username FROM users")} == set()
