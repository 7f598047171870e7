"""The supervisor of `serve --workers N`: it starts, replaces, restarts and stops worker processes (docs/adr/0008).

It is a separate program that uses only the standard library, so that it needs little memory and little can fail. It does not
start workers itself: a fork server that has loaded the application forks them (`accord.server.fork_server`), so that they share
its memory and start at once. A restart begins with a new fork server, which loads the files afresh.

Workers share the listening sockets, and each has a control socket to the supervisor. A worker sends a heartbeat on it every
second; the supervisor sends b"d" (drain, then exit), b"r" (retire: a new worker has taken over) or b"x" (exit now). When a
control socket breaks, the other side has died.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Sequence
from typing import Any

POLL_SECONDS = 0.25
SILENT_SECONDS = 30.0  # without a heartbeat, after which a process counts as hung
STEADY_SECONDS = 10.0  # a worker that dies earlier is replaced with increasing delay
MAX_DELAY_SECONDS = 30.0
KILL_SECONDS = 5.0  # for a fork server to tell that a worker which was killed has exited
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def become(  # noqa: PLR0913 - independent settings
    sockets: Sequence[socket.socket],
    *,
    workers: int,
    stop_seconds: float,
    silent_seconds: float = SILENT_SECONDS,
    readable: bool,
    files: Sequence[int] = (),
) -> socket.socket:
    """Replace this process by the supervisor of some workers, and continue in a child process as its first fork server.

    Returns in the child, with its channel to the supervisor. Later fork servers are started with the same command line and
    `--supervised`, which passes the descriptors of the channel, of the listening sockets, and of other `files` that workers
    share, as `5,6,7/8,9`. A worker is killed `stop_seconds` after it was told to stop, or when it has sent no heartbeat for
    `silent_seconds`. Log lines are JSON unless `readable`.
    """
    supervisor_end, channel = socket.socketpair()
    sys.stdout.flush()
    if (pid := os.fork()) == 0:
        _ignore_signals()
        supervisor_end.close()
        return channel
    inherited = [listening.fileno() for listening in sockets]
    for number in (*files, *inherited, supervisor_end.fileno()):
        os.set_inheritable(number, True)  # noqa: FBT003 - it takes no keyword
    plan = {
        "command": [sys.executable, *sys.orig_argv[1:]],
        "sockets": inherited,
        "files": list(files),
        "fork_server": [pid, supervisor_end.fileno()],
        "workers": workers,
        "stop_seconds": stop_seconds,
        "silent_seconds": silent_seconds,
        "readable": readable,
    }
    # Isolated and without site-packages: no other module can shadow its imports, and it starts in a fiftieth of a second.
    return os.execv(sys.executable, [sys.executable, "-IS", __file__, json.dumps(plan)])  # noqa: S606 - no shell is needed


def _ignore_signals() -> None:
    """Ctrl+C and some service managers signal every process of the group; only the supervisor obeys."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


class ForkServer:
    """A process that has loaded the application, or is loading it, and forks workers."""

    def __init__(self, pid: int, channel: socket.socket) -> None:
        self.pid, self.channel = pid, channel
        channel.settimeout(0)
        self.is_ready = False
        self.code: int | None = None  # after it has exited
        self.started, self.silent = time.monotonic(), 0.0  # as of a worker, until it is ready
        self._received = b""

    @classmethod
    def start(cls, plan: dict[str, Any]) -> ForkServer:
        """Run the command line of the service again.

        Raises:
            OSError: there is no memory, or no descriptor left.
        """
        channel, other_end = socket.socketpair()
        with other_end:
            passed = [[other_end.fileno(), *plan["sockets"]], plan["files"]]
            command = [*plan["command"], "--supervised", "/".join(",".join(map(str, group)) for group in passed)]
            if (pid := os.fork()) == 0:
                with contextlib.suppress(OSError):
                    _ignore_signals()
                    signal.set_wakeup_fd(-1)
                    os.set_inheritable(other_end.fileno(), True)  # noqa: FBT003 - it takes no keyword
                    os.execv(command[0], command)  # noqa: S606 - our own command
                os._exit(127)
        return cls(pid, channel)

    def fork(self, number: int) -> Worker:
        """Ask for a worker. Its process id is received later."""
        control_socket, other_end = socket.socketpair()
        with other_end, contextlib.suppress(OSError):  # if it has died, the control socket is broken
            socket.send_fds(self.channel, [number.to_bytes(4, "big")], [other_end.fileno()])
        return Worker(self, number, control_socket)

    def receive(self) -> list[list[str]] | None:
        """The messages that have arrived, in words (see `accord.server.fork_server`); None if the channel is broken."""
        try:
            received = self.channel.recv(4096)
        except OSError:
            received = b""
        *lines, self._received = (self._received + received).split(b"\n")
        return [line.decode().split() for line in lines] if received else None

    def poll(self) -> int | None:
        """Its exit code, or minus the number of the signal that ended it; None while it runs."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code

    def finish(self) -> None:
        """Tell it to close the listening sockets, and to exit after its last worker."""
        with contextlib.suppress(OSError):  # it has exited
            self.channel.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """Kill it. Its workers stay."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)


class Worker:
    """A worker process."""

    def __init__(self, fork_server: ForkServer, number: int, control_socket: socket.socket) -> None:
        self.fork_server, self.number, self.control_socket = fork_server, number, control_socket
        control_socket.settimeout(0)
        self.pid: int | None = None  # until the fork server has sent it
        self.code: int | None = None  # after the fork server has sent it
        self.is_ready, self.is_stopping, self.is_broken, self.is_killed = False, False, False, False
        self.started, self.silent = time.monotonic(), 0.0  # silence is counted in polls, because a machine may sleep
        self.deadline = float("inf")

    def receive_heartbeat(self) -> bool:
        """Record a heartbeat; False if the control socket is broken."""
        try:
            self.is_broken = not self.control_socket.recv(4096)
        except OSError:
            self.is_broken = True
        if not self.is_broken:
            self.is_ready, self.silent = True, 0.0
        return not self.is_broken

    def stop(self, command: bytes, seconds: float) -> None:
        """Tell it to stop within some seconds."""
        self.is_stopping, self.deadline = True, time.monotonic() + seconds
        with contextlib.suppress(OSError):
            self.control_socket.send(command)

    def is_hung(self, silent_seconds: float) -> bool:
        """Whether it has sent no heartbeat for so many seconds, or has not stopped in time."""
        return time.monotonic() > self.deadline if self.is_stopping else self.silent > silent_seconds

    def is_gone(self) -> bool:
        """Whether it has exited. Without its fork server, nobody learns the exit code."""
        return self.code is not None or (self.is_broken and (self.pid is None or self.fork_server.code is not None))

    def kill(self) -> None:
        """Kill it; if it has not been forked or was killed before, the fork server is what hangs."""
        if self.pid is None or self.is_killed:
            self.fork_server.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
        self.is_killed, self.silent, self.deadline = True, 0.0, time.monotonic() + KILL_SECONDS


class Supervisor:
    """Manages the workers. SIGTERM and SIGINT stop them (the second skips the drain, the third kills), SIGHUP restarts them."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._size: int = plan["workers"]
        self._sockets = [socket.socket(fileno=number) for number in plan["sockets"]]
        pid, channel = plan["fork_server"]
        self._fork_server = ForkServer(pid, socket.socket(fileno=channel))
        os.set_inheritable(channel, False)  # noqa: FBT003 - it takes no keyword
        self._former: list[ForkServer] = []  # those before the last restarts, until they exit after their workers
        self._workers: list[Worker] = []
        self._outdated: list[Worker] = []  # to be restarted
        self._forked = 0
        self._has_served = False  # whether all workers were ready at the same time
        self._stop_signals = 0
        self._exit_code = 0
        self._delay, self._not_before = 0.0, 0.0
        self._selector = selectors.DefaultSelector()
        self._signals, self._wakeup = socket.socketpair()
        for end in (self._signals, self._wakeup):
            end.settimeout(0)
        self._selector.register(self._signals, selectors.EVENT_READ)
        self._selector.register(self._fork_server.channel, selectors.EVENT_READ, self._fork_server)
        signal.set_wakeup_fd(self._wakeup.fileno())
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)  # its number is read from the socket

    def run(self) -> int:
        """Run until all workers have exited; returns 1 if the service could not start or a worker had to be killed, else 0."""
        while self._workers or not self._stop_signals:
            if not self._stop_signals:
                self._restart_next()
                self._start_missing()
            self._wait()
            for fork_server in [*self._former, self._fork_server]:
                self._check_fork_server(fork_server)
            for worker in list(self._workers):
                self._check(worker)
            if not self._has_served and not self._stop_signals and self._workers and all(one.is_ready for one in self._workers):
                self._has_served = True
                self._log("all workers ready", workers=len(self._workers))
        for fork_server in [*self._former, self._fork_server]:
            fork_server.kill()
        return self._exit_code

    def _wait(self) -> None:
        before = time.monotonic()
        for key, _ in self._selector.select(POLL_SECONDS):
            if key.data is None:
                for number in self._signals.recv(4096):
                    self._handle_signal(number)
            elif isinstance(key.data, Worker):
                self._receive_heartbeat(key.data)
            else:
                self._receive_messages(key.data)
        elapsed = min(time.monotonic() - before, 2 * POLL_SECONDS)
        processes: list[Worker | ForkServer] = [*self._workers, self._fork_server]
        for process in processes:
            process.silent += elapsed

    def _receive_heartbeat(self, worker: Worker) -> None:
        was_ready = worker.is_ready
        if not worker.receive_heartbeat():
            self._selector.unregister(worker.control_socket)
        elif not was_ready:
            self._log("worker ready", pid=worker.pid)

    def _receive_messages(self, fork_server: ForkServer) -> None:
        messages = fork_server.receive()
        if messages is None:
            self._selector.unregister(fork_server.channel)
        workers = {str(worker.number): worker for worker in self._workers}
        for event, *words in messages or []:
            worker = workers.get(words[0]) if words else None
            if event == "ready":
                fork_server.is_ready = True
            elif worker is not None and event == "started":
                worker.pid = int(words[1])
            elif worker is not None and event == "exited":
                worker.code = int(words[1])

    def _handle_signal(self, number: int) -> None:
        self._log("signal", name=signal.Signals(number).name)
        if number != signal.SIGHUP:
            self._stop()
        elif not self._stop_signals:
            self._outdated = [worker for worker in self._workers if not worker.is_stopping]
            self._start_fork_server()

    def _stop(self) -> None:
        self._stop_signals += 1
        for listening in self._sockets:
            listening.close()  # otherwise the socket would still listen after the last worker has closed it
        for fork_server in [*self._former, self._fork_server]:
            fork_server.finish()
        for worker in self._workers:
            if self._stop_signals > 2:  # noqa: PLR2004 - see the class
                worker.kill()
            worker.stop(b"d" if self._stop_signals == 1 else b"x", self._plan["stop_seconds"])

    def _check_fork_server(self, fork_server: ForkServer) -> None:
        if fork_server is not self._fork_server:
            if not self._outdated:  # during a restart it may be needed again
                fork_server.finish()
            if fork_server.poll() is not None:
                self._former.remove(fork_server)
                self._forget(fork_server.channel)
            return
        was_running = fork_server.code is None
        code = fork_server.poll()
        if code is None:
            if not fork_server.is_ready and fork_server.silent > self._plan["silent_seconds"]:
                self._log("fork server not responding; killing it", "error", pid=fork_server.pid)
                fork_server.kill()
        elif was_running:
            self._forget(fork_server.channel)
            event = "fork server died" if fork_server.is_ready else "fork server failed to start"
            self._log(event, "error", pid=fork_server.pid, code=code)
            self._handle_failure(fork_server)

    def _check(self, worker: Worker) -> None:
        if not worker.is_gone():
            if worker.is_hung(self._plan["silent_seconds"]):
                self._log("worker not responding; killing it", "error", pid=worker.pid)
                worker.kill()
            return
        self._workers.remove(worker)
        self._forget(worker.control_socket)
        if worker.is_stopping:
            if worker.code:
                self._log("worker exited with an error", "error", pid=worker.pid, code=worker.code)
                self._exit_code = 1
            return
        if worker in self._outdated:
            self._outdated.remove(worker)
        self._log("worker died" if worker.is_ready else "worker failed to start", "error", pid=worker.pid, code=worker.code)
        self._handle_failure(worker)

    def _forget(self, ended: socket.socket) -> None:
        with contextlib.suppress(KeyError):  # it was broken
            self._selector.unregister(ended)
        ended.close()

    def _handle_failure(self, failed: Worker | ForkServer) -> None:
        now = time.monotonic()
        self._delay = min(2 * self._delay + POLL_SECONDS, MAX_DELAY_SECONDS) if now - failed.started < STEADY_SECONDS else 0.0
        self._not_before = now + self._delay
        if failed.is_ready:
            return
        if self._outdated:
            self._log("restart aborted", "error")
            self._outdated.clear()
            if self._former:
                self._replace_fork_server(self._former.pop())
        if not self._has_served and not self._stop_signals:
            self._exit_code = 1
            for other in self._workers:
                if not other.is_ready:
                    other.kill()
            self._stop()
            self._stop()

    def _restart_next(self) -> None:
        """Retire an outdated worker when its replacement is ready."""
        staying = [worker for worker in self._workers if not worker.is_stopping]
        if self._outdated and len(staying) > self._size and all(worker.is_ready for worker in staying):
            self._outdated.pop(0).stop(b"r", self._plan["stop_seconds"])
            if not self._outdated:
                self._log("all workers restarted")

    def _start_missing(self) -> None:
        """Start missing workers; during a restart one more, after the previous one has exited."""
        if self._fork_server.code is not None and time.monotonic() >= self._not_before:
            self._start_fork_server()
        stopping = sum(worker.is_stopping for worker in self._workers)
        wanted = self._size + bool(self._outdated and not stopping)
        while self._fork_server.is_ready and len(self._workers) - stopping < wanted and time.monotonic() >= self._not_before:
            self._forked += 1
            worker = self._fork_server.fork(self._forked)
            self._workers.append(worker)
            self._selector.register(worker.control_socket, selectors.EVENT_READ, worker)

    def _start_fork_server(self) -> None:
        """Start a fork server, which takes the place of the present one."""
        try:
            started = ForkServer.start(self._plan)
        except OSError as error:  # no memory, no descriptors
            self._log("fork server could not be started", "error", reason=str(error))
            self._not_before = time.monotonic() + MAX_DELAY_SECONDS
            self._outdated.clear()
            return
        self._selector.register(started.channel, selectors.EVENT_READ, started)
        self._replace_fork_server(started)

    def _replace_fork_server(self, fork_server: ForkServer) -> None:
        if self._fork_server.code is None:
            self._former.append(self._fork_server)
        self._fork_server = fork_server

    def _log(self, event: str, level: str = "info", **fields: object) -> None:
        """Write a log line in the format of structlog, as the workers do."""
        if self._plan["readable"]:
            line = " ".join(["accord:", event, *(f"{name}={value!r}" for name, value in fields.items())])
        else:
            now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            line = json.dumps({**fields, "event": event, "level": level, "time": now})
        with contextlib.suppress(OSError):
            os.write(2, f"{line}\n".encode())


if __name__ == "__main__":
    sys.exit(Supervisor(json.loads(sys.argv[1])).run())
