"""`accord serve` as a process, for tests that need a real one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parent.parent


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """A running service on a migrated SQLite file; `settings` are environment variables.

    Its output is kept beside the database, in `server.log`. Answers are held against the document (`raise`).
    """

    def __init__(self, database: Path, **settings: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = database.with_name("server.log")
        self._environment = {
            **os.environ,
            "ENV": "staging",
            "DATABASE_URL": f"sqlite:///{database}",
            "PORT": str(self.port),
            "RESPONSE_POLICY": "raise",
            "PASSWORD_MEMORY_KIB": "8",
            "PASSWORD_PASSES": "1",
            "ADDRESS_LIMIT": "0",
            "ACCOUNT_LIMIT": "0",
            "SIGN_IN_LIMIT": "0",
            "ACCESS_LOG": "false",
            **settings,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "serve"], cwd=ROOT, env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urlopen(f"{self.url}/health", timeout=1):  # noqa: S310 - the address is ours
                    return self
            except (URLError, ConnectionError, TimeoutError):
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        """End it as an operator would, and wait."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(15)
