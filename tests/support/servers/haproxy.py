"""A real reverse proxy, HAProxy."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.packages import ensure
from tests.support.servers.service import free_port

# A backend is out at its first 503 and back at its first 200; a check that is slow on a busy machine is neither. Nothing is
# sent twice: `retry-on` stays at its default, a connection that was not made. What a backend drops, the client sees.
CONFIGURATION = """
defaults
    mode http
    timeout connect 2s
    timeout client 30s
    timeout server 30s
    timeout check 10s
frontend all
    bind 127.0.0.1:{port}
    default_backend services
backend services
    balance roundrobin
    option httpchk GET /health/ready
    http-check expect status 200
    option redispatch
    default-server check inter 100ms fall 1 rise 1
{servers}
"""


class NoProxy(Exception):
    """HAProxy did not start; the message says why."""


class Proxy(NamedTuple):
    """A running proxy."""

    port: int
    control: Path

    def accepts(self) -> bool:
        """Whether the control socket takes connections; its file is there a moment earlier."""
        with socket.socket(socket.AF_UNIX) as asking:
            return asking.connect_ex(str(self.control)) == 0

    def up(self) -> list[int]:
        """The ports of the backends that receive requests now."""
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(self.control))
            asking.sendall(b"show stat\n")
            table = asking.makefile(encoding="ascii").read().splitlines()
        rows = [dict(zip(table[0].lstrip("# ").split(","), row.split(","), strict=False)) for row in table[1:] if row]
        return sorted(int(row["addr"].rpartition(":")[2]) for row in rows if row["addr"] and row["status"].startswith("UP"))

    def wait_up(self, ports: Sequence[int]) -> None:
        """Wait until exactly these backends receive requests."""
        deadline = time.monotonic() + 30
        while self.up() != sorted(ports):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the proxy uses {self.up()} instead of {sorted(ports)}")
            time.sleep(0.02)


@contextmanager
def proxy(folder: Path, *ports: int) -> Iterator[Proxy]:
    """A proxy in front of the services on these ports, once all are ready."""
    found = Proxy(free_port(), folder / "haproxy.sock")
    servers = "\n".join(f"    server s{port} 127.0.0.1:{port}" for port in ports)
    configuration = folder / "haproxy.cfg"
    head = f"global\n    stats socket {found.control} level admin\n"
    configuration.write_text(head + CONFIGURATION.format(port=found.port, servers=servers))
    with (folder / "haproxy.log").open("wb") as log:
        process = subprocess.Popen([ensure("haproxy"), "-db", "-f", str(configuration)], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 10
        while not found.accepts():
            if process.poll() is not None or time.monotonic() > deadline:
                raise NoProxy((folder / "haproxy.log").read_text())
            time.sleep(0.02)
        found.wait_up(ports)
        yield found
    finally:
        process.terminate()
        process.wait(10)
