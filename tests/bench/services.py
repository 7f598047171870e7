"""The services as processes, and what /proc tells of them."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.bench.workloads import Workload
from tests.support.paths import ROOT
from tests.support.servers.service import free_port

_TICKS = os.sysconf("SC_CLK_TCK")

# As in production, with limits that are counted and never reached. Argon2 at its cheapest, which only staging permits, or W5
# would measure nothing else.
HASH: dict[str, Any] = {"memory_kib": 8, "passes": 1}
_SETTINGS = {
    "ENV": "staging",
    "ACCESS_LOG": "true",
    "ADDRESS_LIMIT": "1000000000",
    "ACCOUNT_LIMIT": "1000000000",
    "SIGN_UP_LIMIT": "1000000000",
    "MAIL_LIMIT": "1000000000",
    "ACCESS_TOKEN_SECONDS": "86400",
    "PASSWORD_MEMORY_KIB": str(HASH["memory_kib"]),
    "PASSWORD_PASSES": str(HASH["passes"]),
}


class Service:
    """A running service with a database of its own; what it writes (the access log) goes to a file beside it."""

    def __init__(self, name: str, database: Path, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.name, self.database, self.token = name, database, ""
        self.port = free_port()
        self.log = database.with_suffix(".log")
        self.start_seconds = 0.0
        self._command = [sys.executable, "-m", *(part.replace("{port}", str(self.port)) for part in command)]
        self._environment = {**environment, "PORT": str(self.port)}

    def __enter__(self) -> Self:
        began = time.perf_counter()
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(self._command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)
        while time.perf_counter() < began + 30 and self._process.poll() is None:
            try:
                self._call("GET", "/health", {}, "")
            except OSError:
                time.sleep(0.01)
            else:
                self.start_seconds = time.perf_counter() - began
                return self
        self._stop()
        raise RuntimeError(f"{self.name} did not start:\n{self.log.read_text()}")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        self._process.wait(15)

    def _call(self, method: str, path: str, headers: dict[str, str], body: str) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        answer = response.status, response.read()
        connection.close()
        return answer

    def answer(self, workload: Workload) -> bytes:
        """The answer to one request of a workload; `{n}` is its first number.

        Raises:
            RuntimeError: it has another status.
        """
        number = str(workload.numbers(0)[0])
        headers = {"Authorization": f"Bearer {self.token}"} if workload.signed_in else {}
        if workload.body:
            headers["Content-Type"] = "application/json"
        path, body = workload.path.replace("{n}", number), workload.body.replace("{n}", number)
        status, content = self._call(workload.method, path, headers, body)
        if status != workload.status:
            raise RuntimeError(f"{self.name} answers {workload.name} with {status}: {content.decode()}")
        return content

    def cpu_seconds(self) -> float:
        """Processor time, user and system, of the process and of all that it has started."""
        return cpu_seconds(self._process.pid)

    def memory(self) -> float:
        """Proportional share (PSS) of memory of the same processes, in MB."""
        rollups = (Path(f"/proc/{process}/smaps_rollup").read_text().splitlines() for process in _tree(self._process.pid))
        return sum(int(line.split()[1]) for rollup in rollups for line in rollup if line.startswith("Pss:")) / 1024


def cpu_seconds(process: int) -> float:
    """Processor time, user and system, of a process and of all that it has started."""
    return sum(sum(map(int, fields[11:15])) for fields in _tree(process).values()) / _TICKS


def _tree(first: int) -> dict[int, list[str]]:
    """A process and its descendants: /proc/PID/stat of each, from the state on (proc_pid_stat(5), field 3)."""
    known: dict[int, list[str]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may end meanwhile
            known[int(entry.name)] = (entry / "stat").read_text().rpartition(")")[2].split()
    tree = [first]
    for process in tree:  # grows while it is walked
        tree += [child for child, fields in known.items() if int(fields[1]) == process]
    return {process: known[process] for process in tree}


def accord(database: Path, url: str | None = None, policy: str = "off", **settings: str) -> Service:
    """Our service, with a token of the administrator; on the database of the URL, if there is one, and with more settings."""
    environment = {**_environment(database), **_SETTINGS, "DATABASE_URL": url or f"sqlite:///{database}"}
    environment |= {"RESPONSE_POLICY": policy, **settings}
    service = Service("accord", database, ["app", "serve"], environment)
    command = [sys.executable, "-m", "app", "admin", "token"]
    issued = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    service.token = issued.stdout.strip()
    return service


def bare(database: Path) -> Service:
    """The yardstick, on the same server."""
    options = ["--port", "{port}", "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    environment = {**_environment(database), "DATABASE": str(database)}
    return Service("bare", database, ["uvicorn", "tests.bench.bare:app", *options], environment)


def _environment(database: Path) -> dict[str, str]:
    """This one, with bytecode kept beside the database: a service is not compiled at each start."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(database.with_name("bytecode"))}
