"""`python -m app serve` as a process or several, for tests that need a real one."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

from tests.support.paths import ROOT
from tests.support.secret_key import SECRET_KEY


def free_port() -> int:
    """A free port of the loopback address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def alive(pid: int) -> bool:
    """Whether a process is running; a zombie is not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(*pids: int) -> list[int]:
    """The ids of the processes that these have started."""
    command = ["pgrep", "-P", ",".join(map(str, pids))]
    found = subprocess.run(command, capture_output=True, text=True, check=False) if pids else None
    return [int(line) for line in found.stdout.split()] if found is not None else []


class Server:
    """A running service; `settings` are environment variables. Responses are validated (`raise`).

    `database` is the path of a migrated SQLite file or the URL of any migrated database. The output is kept in `log`: beside
    the file, in `server.log`, if not given; for a URL, in a file that is gone with the server. It does not drain unless
    DRAIN_SECONDS says so.
    """

    def __init__(
        self,
        database: Path | str,
        *,
        workers: int = 1,
        log: Path | None = None,
        program: Sequence[str] = ("-m", "app", "serve"),
        **settings: str,
    ) -> None:
        self._program = program
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.workers = workers
        self._temporary = log is None and isinstance(database, str)
        if log is None:
            log = Path(mkstemp(suffix=".log")[1]) if isinstance(database, str) else database.with_name("server.log")
        self.log = log
        self._environment = {
            **os.environ,
            "ENV": "staging",
            "DATABASE_URL": database if isinstance(database, str) else f"sqlite:///{database}",
            "PORT": str(self.port),
            "WORKERS": str(workers),
            "DRAIN_SECONDS": "0",
            "RESPONSE_POLICY": "raise",
            "PASSWORD_MEMORY_KIB": "8",
            "PASSWORD_PASSES": "1",
            "ADDRESS_LIMIT": "0",
            "ACCOUNT_LIMIT": "0",
            "SIGN_IN_LIMIT": "0",
            "SIGN_IN_FAILURE_LIMIT": "0",
            "GUESS_LIMIT": "0",
            "SIGN_UP_LIMIT": "0",
            "UNKNOWN_TOKEN_LIMIT": "0",
            "MAIL_REQUEST_LIMIT": "0",
            "MAIL_LIMIT": "0",
            "SECRET_KEY": SECRET_KEY,
            "ACCESS_LOG": "false",
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The process that was started last."""
        assert self._process is not None, "the server was not started"
        return self._process

    def start(self) -> None:
        """Start it, on the same port every time, and wait until all its workers serve."""
        with self.log.open("wb") as log:
            command = [sys.executable, *self._program]
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urlopen(f"{self.url}/health", timeout=10):  # noqa: S310 - the address is ours
                    if self.workers == 1 or "all workers ready" in self.log.read_text():
                        return
            except (URLError, ConnectionError, TimeoutError):
                pass
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()
        if self._temporary:
            self.log.unlink()

    def stop(self) -> None:
        """Stop it with SIGTERM and wait."""
        if self._process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def kill(self) -> None:
        """Send SIGKILL to all processes at once, as if the machine failed."""
        if self._process is not None:
            workers = self.pids()
            self.process.kill()
            for pid in workers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()

    def pids(self) -> list[int]:
        """The ids of the serving processes: the workers that the supervisor's fork servers have forked, or the only process."""
        if self._process is None or self.process.poll() is not None:
            return []
        return [self.process.pid] if self.workers == 1 else children(*children(self.process.pid))
