"""PgBouncer in transaction mode, in front of a PostgreSQL of the tests."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.packages import ensure
from tests.support.servers.postgres import Running, unprivileged
from tests.support.servers.service import free_port

SETTINGS = """[databases]
* = host=127.0.0.1 port={target} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
logfile = {folder}/pgbouncer.log
"""


class PgBouncer:
    """Listens on `port` and runs each transaction on one of `size` server connections."""

    def __init__(self, server: Running, *, size: int = 3) -> None:
        self._server, self._size = server, size
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = Path()

    def url(self, database: str) -> str:
        """The URL of a database through PgBouncer."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def __enter__(self) -> Self:
        program = ensure("pgbouncer")
        prefix, arguments = unprivileged()
        self._folder = Path(tempfile.mkdtemp(prefix="pgb-"))
        if "user" in arguments:
            shutil.chown(self._folder, arguments["user"], arguments["group"])
        settings = self._folder / "pgbouncer.ini"
        settings.write_text(
            SETTINGS.format(target=self._server.port, port=self.port, size=self._size, folder=self._folder), encoding="utf-8"
        )
        self._process = subprocess.Popen(
            [*prefix, program, str(settings)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **arguments,
        )
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.02)
            else:
                return self
        self.__exit__(None, None, None)
        raise RuntimeError("PgBouncer did not start")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait(15)
        shutil.rmtree(self._folder, ignore_errors=True)
