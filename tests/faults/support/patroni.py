"""Three PostgreSQL servers under Patroni, with one synchronous standby, on the loopback address.

Patroni agrees with itself by its own raft, so that no etcd is needed. Everything comes from PyPI.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.error import URLError
from urllib.request import urlopen

from tests.faults.support.clients import wait_until
from tests.support.servers.postgres import ORDINARY, Running, binaries, children, kill, unprivileged
from tests.support.servers.service import alive, free_port
from tests.support.temporary import DISK

PATIENCE = 90.0  # seconds for the cluster to be whole; it takes ten

# Patroni's smallest: the leader's key ends so many seconds after its last word.
TTL, LOOP_WAIT, RETRY_TIMEOUT = 20, 1, 9

# Ends everything when whoever started it is gone, even by SIGKILL: its standard input then ends.
GUARD = """
read -r _
for process in $(head -qn 1 "$1"/*/patroni.pid "$1"/*/data/postmaster.pid 2>/dev/null); do
    grep -qs "$1" "/proc/$process/cmdline" && kill -KILL "$process"
done
sleep 1
rm -rf "$1"
"""


class Node:
    """One server and the Patroni that looks after it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.port, self.rest, self.raft = free_port(), free_port(), free_port()
        self.folder = Path()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start Patroni, if it is not running."""
        if self._process is not None:
            return
        prefix, arguments = unprivileged()
        with (self.folder / "patroni.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "patroni", str(self.folder / "patroni.json")],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={
                    name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG", "PATRONI"))
                },
                start_new_session=True,
                **arguments,
            )
        (self.folder / "patroni.pid").write_text(str(self._process.pid))

    @property
    def postmaster(self) -> int | None:
        """The process of its server, if there is one."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            process = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
            if str(self.folder) in Path(f"/proc/{process}/cmdline").read_text():  # not of a server that has long ended
                return process
        return None

    def kill_postgres(self) -> None:
        """SIGKILL for the server and every process of it."""
        if self.postmaster is not None:
            kill(self.postmaster)

    @property
    def receiver(self) -> int:
        """The process of a standby that receives what the primary writes."""
        found = children(self.postmaster or 0)
        return next(process for process in found if "walreceiver" in Path(f"/proc/{process}/cmdline").read_text())

    def kill(self) -> None:
        """SIGKILL for Patroni and its server, as by a failing machine."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        self.kill_postgres()

    @property
    def log(self) -> str:
        """What Patroni has said last."""
        return (self.folder / "patroni.log").read_text(errors="replace")[-3000:]


class Cluster:
    """Three nodes; whole when it is entered."""

    def __init__(self, *, synchronous: bool = True) -> None:
        self.nodes = [Node(f"node{number}") for number in range(3)]
        self._synchronous = synchronous
        self._folder = Path()
        self._guard: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> Running:
        """Whichever node can be written to."""
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self.nodes)
        return Running(f"postgresql://postgres@{hosts}?target_session_attrs=read-write")

    def __enter__(self) -> Self:
        _, arguments = unprivileged()
        self._folder = Path(tempfile.mkdtemp(prefix="patroni-", dir=DISK))  # a socket's path may only be short
        self._guard = subprocess.Popen(
            ["sh", "-c", GUARD, "sh", str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            for node in self.nodes:
                node.folder = self._folder / node.name
                node.folder.mkdir(mode=0o700)
                (node.folder / "patroni.json").write_text(json.dumps(self._settings(node)))
                if "user" in arguments:
                    for path in (self._folder, node.folder):
                        shutil.chown(path, arguments["user"], arguments["group"])
            self.heal()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for node in self.nodes:
            node.kill()
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def heal(self) -> None:
        """Start who was killed, and wait until there is a leader with two standbys, one of them synchronous."""
        for node in self.nodes:
            node.start()
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            members = {member["role"]: member for member in self._members() if member["state"] in {"running", "streaming"}}
            standbys = [member for member in self._members() if member["state"] == "streaming"]
            if "leader" in members and len(standbys) == 2 and (not self._synchronous or "sync_standby" in members):
                return
            time.sleep(0.1)
        raise RuntimeError("the cluster is not whole:\n" + "\n\n".join(node.log for node in self.nodes))

    @property
    def leader(self) -> Node:
        """Who leads, as most of them say."""
        [name] = [member["name"] for member in self._members() if member["role"] == "leader"]
        return next(node for node in self.nodes if node.name == name)

    def kill_leader_unheard(self, leader: Node) -> None:
        """SIGKILL for the leader's server when it has written what no standby has received, nor ever will."""
        standbys = [node for node in self.nodes if node is not leader]
        receivers = [node.receiver for node in standbys]
        for process in receivers:
            os.kill(process, signal.SIGSTOP)
        server = Running(f"postgresql://postgres@127.0.0.1:{leader.port}")
        behind = "SELECT bool_and(flush_lsn < pg_current_wal_flush_lsn()) FROM pg_stat_replication"
        wait_until(lambda: server.execute(behind)[0][0], "a write that no standby has received")
        [[written]] = server.execute("SELECT pg_current_wal_flush_lsn()::text")
        leader.kill_postgres()
        for process in receivers:
            os.kill(process, signal.SIGTERM)  # it shall not read what is still in its socket
            os.kill(process, signal.SIGCONT)
        wait_until(lambda: not any(alive(process) for process in receivers), "the end of the receivers")
        for node in standbys:
            standby = Running(f"postgresql://postgres@127.0.0.1:{node.port}")
            assert standby.execute(f"SELECT pg_last_wal_receive_lsn() < '{written}'") == [(True,)], node.log

    def has_passed_on(self, leader: Node) -> bool:
        """Whether another node leads now."""
        leading = [member["name"] for member in self._members() if member["role"] == "leader"]
        return bool(leading) and leading != [leader.name]

    def _members(self) -> list[dict[str, Any]]:
        for node in self.nodes:
            with contextlib.suppress(URLError, OSError), urlopen(f"http://127.0.0.1:{node.rest}/cluster", timeout=5) as answer:
                members: list[dict[str, Any]] = json.load(answer)["members"]
                return members
        return []

    def _settings(self, node: Node) -> dict[str, Any]:
        user = {"username": "postgres"}
        return {
            "scope": "accord",
            "name": node.name,
            "restapi": {"listen": f"127.0.0.1:{node.rest}", "connect_address": f"127.0.0.1:{node.rest}"},
            "raft": {
                "self_addr": f"127.0.0.1:{node.raft}",
                "partner_addrs": [f"127.0.0.1:{other.raft}" for other in self.nodes if other is not node],
                "data_dir": str(node.folder / "raft"),
            },
            "bootstrap": {
                "dcs": {
                    "ttl": TTL,
                    "loop_wait": LOOP_WAIT,
                    "retry_timeout": RETRY_TIMEOUT,
                    "primary_start_timeout": 0,  # one that has crashed is not waited for
                    "synchronous_mode": self._synchronous,
                    "postgresql": {"use_pg_rewind": True, "parameters": {"max_connections": 100}},
                },
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "no-sync"],
            },
            "postgresql": {
                "listen": f"127.0.0.1:{node.port}",
                "connect_address": f"127.0.0.1:{node.port}",
                "data_dir": str(node.folder / "data"),
                "bin_dir": str(binaries()),
                "pgpass": str(node.folder / "pgpass"),
                "authentication": {"superuser": user, "replication": user, "rewind": user},
                "pg_hba": ["local all all trust", "host all all 127.0.0.1/32 trust", "host replication all 127.0.0.1/32 trust"],
                "parameters": {
                    **{name: value for name, value in ORDINARY.items() if name not in {"listen_addresses", "max_connections"}},
                    "unix_socket_directories": str(node.folder),
                },
            },
            "watchdog": {"mode": "off"},
        }
