"""The supervisor of `serve --workers N`: it starts, replaces, restarts and stops worker processes (docs/adr/0008).

It is a separate program that uses only the standard library, so that it needs little memory and little can fail. It does not
start workers itself: a fork server that has loaded the application forks them (`accord.server.fork_server`), so that they share
its memory and start at once. A restart begins with a new fork server, which loads the files afresh.

Workers share the listening sockets, and each has a control socket to the supervisor. A worker sends its process id and a
newline on it, then a heartbeat every second; the supervisor sends b"d" (drain, then exit), b"r" (retire: a new worker has taken
over) or b"x" (exit now). When a control socket breaks, the other side has died.
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
from typing import Any, NoReturn

POLL_SECONDS = 0.25
SILENT_SECONDS = 30.0  # without a heartbeat, after which a process counts as hung
STEADY_SECONDS = 10.0  # a worker that dies earlier is replaced with increasing delay
MAX_DELAY_SECONDS = 30.0
KILL_SECONDS = 5.0  # after which a fork server that has not reported the exit of a worker counts as hung
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
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # until the supervisor has its handlers: none is lost
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
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


class ForkServer:
    """A process that has loaded the application, or is loading it, and forks workers."""

    def __init__(self, pid: int, channel: socket.socket) -> None:
        self.pid, self.channel = pid, channel
        channel.settimeout(0)
        self.is_ready, self.is_finishing = False, False
        self.code: int | None = None  # after it has exited
        self.started, self.silent = time.monotonic(), 0.0  # as in Worker; counted until it is ready
        self._received = b""

    @classmethod
    def start(cls, plan: dict[str, Any]) -> ForkServer:
        """Run the command line of the service again.

        Raises:
            OSError: there is no memory, or no descriptor left.
        """
        channel, other_end = socket.socketpair()
        with other_end:
            sockets, files = [other_end.fileno(), *plan["sockets"]], plan["files"]
            passed = "/".join(",".join(map(str, group)) for group in (sockets, files))
            signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # the child has our handlers at first
            try:
                if (pid := os.fork()) == 0:
                    signal.set_wakeup_fd(-1)
                    _ignore_signals()
                    _execute([*plan["command"], "--supervised", passed], [*sockets, *files])
            finally:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        return cls(pid, channel)

    def fork(self) -> Worker:
        """Ask for a worker.

        Raises:
            OSError: there is no descriptor left.
        """
        control_socket, other_end = socket.socketpair()
        with other_end, contextlib.suppress(OSError):  # if it has died, the control socket is broken
            socket.send_fds(self.channel, [b"f"], [other_end.fileno()])
        return Worker(self, control_socket)

    def receive(self) -> list[list[str]] | None:
        """The messages that have arrived, in words (see `accord.server.fork_server`); None if the channel is broken."""
        try:
            received = self.channel.recv(4096)
        except OSError:
            received = b""
        *lines, self._received = (self._received + received).split(b"\n")
        return [line.decode().split() for line in lines] if received else None

    def finish(self) -> None:
        """Tell it to close the listening sockets, and to exit after its last worker. One that is loading is killed."""
        self.is_finishing = True
        if not self.is_ready:
            self.kill()
        with contextlib.suppress(OSError):  # it has exited
            self.channel.shutdown(socket.SHUT_WR)

    def kill(self) -> None:
        """Kill it. Its workers stay."""
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)


def _execute(command: list[str], descriptors: Sequence[int]) -> NoReturn:
    """Replace this process. Of the descriptors, it keeps these and the standard streams."""
    try:
        kept = sorted({0, 1, 2, *descriptors})
        for number, following in zip(kept, [*kept[1:], os.sysconf("SC_OPEN_MAX")], strict=True):
            os.set_inheritable(number, True)  # noqa: FBT003 - it takes no keyword
            os.closerange(number + 1, following)
        os.execv(command[0], command)  # noqa: S606 - our own command
    except OSError as error:
        os.write(2, f"{command[0]}: {error}\n".encode())
    finally:
        os._exit(127)


class Worker:
    """A worker process."""

    def __init__(self, fork_server: ForkServer, control_socket: socket.socket) -> None:
        self.fork_server, self.control_socket = fork_server, control_socket
        control_socket.settimeout(0)
        self.pid: int | None = None  # until it has sent it
        self.code: int | None = None  # after it has exited
        self.is_ready, self.is_stopping, self.is_killed = False, False, False
        self.broken: float | None = None  # since when the control socket is broken
        self.started, self.silent = time.monotonic(), 0.0  # silence is counted in polls, because a machine may sleep
        self.deadline = float("inf")

    @property
    def is_serving(self) -> bool:
        """Whether it has sent a heartbeat, and has not died since."""
        return self.is_ready and self.broken is None

    def receive(self) -> bool:
        """Receive its process id and heartbeats; False if the control socket is broken."""
        try:
            received = self.control_socket.recv(4096)
        except OSError:
            received = b""
        if not received:
            self.broken = time.monotonic()
            return False
        if self.pid is None:
            pid, _, received = received.partition(b"\n")
            self.pid = int(pid)
        if received:
            self.is_ready, self.silent = True, 0.0
        return True

    def stop(self, command: bytes, seconds: float) -> None:
        """Tell it to stop within some seconds."""
        self.is_stopping, self.deadline = True, time.monotonic() + seconds
        with contextlib.suppress(OSError):
            self.control_socket.send(command)

    def is_hung(self, silent_seconds: float) -> bool:
        """Whether it has sent no heartbeat for so many seconds, or has not stopped in time."""
        return time.monotonic() > self.deadline if self.is_stopping else self.silent > silent_seconds

    def is_gone(self) -> bool:
        """Whether it has exited. Without its fork server, the exit code may stay unknown."""
        is_unknown = self.pid is None or self.fork_server.code is not None
        return self.code is not None or (self.broken is not None and is_unknown)

    def is_not_reported(self) -> bool:
        """Whether its fork server should have reported its exit."""
        return self.broken is not None and time.monotonic() > self.broken + KILL_SECONDS

    def kill(self) -> None:
        """Kill it; if it has not been forked, the fork server is what hangs."""
        self.is_killed, self.silent, self.deadline = True, 0.0, time.monotonic() + KILL_SECONDS
        if self.pid is None:
            self.fork_server.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


class Supervisor:
    """Manages the workers. SIGTERM and SIGINT stop them (the second skips the drain, the third kills), SIGHUP restarts them."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._size: int = plan["workers"]
        self._sockets = [socket.socket(fileno=number) for number in plan["sockets"]]
        self._selector = selectors.DefaultSelector()
        self._fork_servers: list[ForkServer] = []  # all that have not exited
        self._current: ForkServer | None = None  # that forks the workers
        self._loading: ForkServer | None = None  # that takes its place when it is ready
        self._former: ForkServer | None = None  # of a restart, until every worker is a new one
        self._is_reload, self._is_restart = False, False  # whether SIGHUP has started what is loading, and what forks
        self._workers: list[Worker] = []
        self._outdated: list[Worker] = []  # to be restarted
        self._has_served = False  # whether all workers were ready at the same time
        self._stop_signals = 0
        self._exit_code = 0
        self._delay, self._not_before = 0.0, 0.0
        pid, channel = plan["fork_server"]
        self._await(ForkServer(pid, socket.socket(fileno=channel)))
        self._signals, self._wakeup = socket.socketpair()
        for end in (self._signals, self._wakeup):
            end.settimeout(0)
        self._selector.register(self._signals, selectors.EVENT_READ)
        signal.set_wakeup_fd(self._wakeup.fileno())
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)  # its number is read from the socket
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)

    def run(self) -> int:
        """Run until all workers have exited; returns 1 if the service could not start or a worker had to be killed, else 0."""
        while self._workers or not self._stop_signals:
            if not self._stop_signals:
                self._restart_next()
                self._start_missing()
            self._wait()
            self._reap()
            for fork_server in list(self._fork_servers):
                self._check_fork_server(fork_server)
            for worker in list(self._workers):
                self._check(worker)
            if not self._stop_signals:
                self._check_progress()
        for fork_server in self._fork_servers:
            fork_server.kill()
        return self._exit_code

    def _wait(self) -> None:
        before = time.monotonic()
        received = [key.data for key, _ in self._selector.select(POLL_SECONDS)]
        for worker in (one for one in received if isinstance(one, Worker)):  # before the reports of their exit
            self._receive_heartbeat(worker)
        for fork_server in (one for one in received if isinstance(one, ForkServer)):
            self._receive_messages(fork_server)
        if None in received:
            for number in self._signals.recv(4096):
                self._handle_signal(number)
        elapsed = min(time.monotonic() - before, 2 * POLL_SECONDS)
        processes: list[Worker | ForkServer] = [*self._workers, *self._fork_servers]
        for process in processes:
            process.silent += elapsed

    def _receive_heartbeat(self, worker: Worker) -> None:
        was_ready = worker.is_ready
        if not worker.receive():
            self._selector.unregister(worker.control_socket)
        elif worker.is_ready and not was_ready:
            self._log("worker ready", pid=worker.pid)

    def _receive_messages(self, fork_server: ForkServer) -> None:
        messages = fork_server.receive()
        if messages is None:
            self._selector.unregister(fork_server.channel)
        for event, *words in messages or []:
            if event == "ready":
                fork_server.is_ready = True
                if fork_server is self._loading:
                    self._take_over(fork_server)
            elif event == "exited":
                pid, code = map(int, words)
                self._record_exit(pid, code)

    def _take_over(self, loaded: ForkServer) -> None:
        """Fork workers from what has been loaded, and restart the others if that is why it was loaded."""
        former, self._current, self._loading = self._current, loaded, None
        if self._is_reload:
            if self._former is not None:  # the last restart is not complete
                self._former.finish()
            self._former, self._is_reload, self._is_restart = former, False, True
            self._outdated = [worker for worker in self._workers if not worker.is_stopping]

    def _reap(self) -> None:
        """Record the exit of child processes: fork servers, and as process 1 of a container also workers without one."""
        with contextlib.suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                self._record_exit(ended[0], os.waitstatus_to_exitcode(ended[1]))

    def _record_exit(self, pid: int, code: int) -> None:
        processes: list[Worker | ForkServer] = [*self._workers, *self._fork_servers]
        for process in processes:
            if process.pid == pid:
                process.code = code

    def _handle_signal(self, number: int) -> None:
        self._log("signal", name=signal.Signals(number).name)
        if number != signal.SIGHUP:
            self._stop()
        elif not self._stop_signals:
            if self._loading is not None:  # from files that may have changed since
                self._loading.finish()
            self._is_reload = True
            self._load()

    def _stop(self) -> None:
        self._stop_signals += 1
        for listening in self._sockets:
            listening.close()  # otherwise the socket would still listen after the last worker has closed it
        is_last = self._stop_signals > 2  # noqa: PLR2004 - see the class
        for worker in self._workers:
            worker.stop(b"d" if self._stop_signals == 1 else b"x", self._plan["stop_seconds"])
            if is_last:
                worker.kill()
        for fork_server in self._fork_servers:
            fork_server.finish()
            if is_last:
                fork_server.kill()

    def _check_fork_server(self, fork_server: ForkServer) -> None:
        if fork_server.code is None:
            if not fork_server.is_ready and not fork_server.is_finishing and fork_server.silent > self._plan["silent_seconds"]:
                self._log("fork server not responding; killing it", "error", pid=fork_server.pid)
                fork_server.silent = 0.0
                fork_server.kill()
            return
        self._fork_servers.remove(fork_server)
        self._forget(fork_server.channel)
        is_loading = fork_server is self._loading
        self._current, self._loading, self._former = (
            None if one is fork_server else one for one in (self._current, self._loading, self._former)
        )
        if fork_server.is_finishing:
            return
        event = "fork server died" if fork_server.is_ready else "fork server failed to start"
        self._log(event, "error", pid=fork_server.pid, code=fork_server.code)
        if is_loading and self._is_reload:
            self._is_reload = False
            self._log("restart aborted", "error")
        self._handle_failure(fork_server)

    def _check(self, worker: Worker) -> None:
        if not worker.is_gone():
            if worker.is_not_reported():
                self._log("fork server not responding; killing it", "error", pid=worker.fork_server.pid)
                worker.fork_server.kill()
            elif worker.is_hung(self._plan["silent_seconds"]):
                self._log("worker not responding; killing it", "error", pid=worker.pid)
                worker.kill()
            return
        self._workers.remove(worker)
        self._forget(worker.control_socket)
        if worker.is_stopping:
            if worker.code or worker.is_killed:
                self._log("worker exited with an error", "error", pid=worker.pid, code=worker.code)
                self._exit_code = 1
            return
        if worker in self._outdated:
            self._outdated.remove(worker)
        self._log("worker died" if worker.is_ready else "worker failed to start", "error", pid=worker.pid, code=worker.code)
        if self._is_restart and not worker.is_ready and worker.fork_server is self._current:
            self._abort_restart()
        self._handle_failure(worker)

    def _abort_restart(self) -> None:
        """Fork workers again from what was loaded before."""
        self._log("restart aborted", "error")
        self._is_restart = False
        self._outdated.clear()
        if self._former is not None and self._current is not None:
            self._current.finish()
            self._current, self._former = self._former, None

    def _forget(self, closed: socket.socket) -> None:
        with contextlib.suppress(KeyError):  # it was broken
            self._selector.unregister(closed)
        closed.close()

    def _handle_failure(self, failed: Worker | ForkServer) -> None:
        now = time.monotonic()
        self._delay = min(2 * self._delay + POLL_SECONDS, MAX_DELAY_SECONDS) if now - failed.started < STEADY_SECONDS else 0.0
        self._not_before = now + self._delay
        if not failed.is_ready and not self._has_served and not self._stop_signals:
            self._exit_code = 1
            for other in self._workers:
                if not other.is_ready:
                    other.kill()
            self._stop()
            self._stop()

    def _check_progress(self) -> None:
        """Log when all workers serve for the first time, and when all have been restarted."""
        if sum(worker.is_serving and not worker.is_stopping for worker in self._workers) < self._size:
            return
        if not self._has_served:
            self._has_served = True
            self._log("all workers ready", workers=self._size)
        if self._is_restart and not self._outdated:
            self._is_restart = False
            self._log("all workers restarted")
            if self._former is not None:
                self._former.finish()
                self._former = None

    def _restart_next(self) -> None:
        """Retire an outdated worker when its replacement is ready."""
        staying = [worker for worker in self._workers if not worker.is_stopping]
        if self._outdated and len(staying) > self._size and all(worker.is_serving for worker in staying):
            self._outdated.pop(0).stop(b"r", self._plan["stop_seconds"])

    def _start_missing(self) -> None:
        """Start missing workers; during a restart one more, after the previous one has exited."""
        if time.monotonic() < self._not_before:
            return
        if self._current is None:
            if self._loading is None:
                self._load()
            return
        stopping = sum(worker.is_stopping for worker in self._workers)
        wanted = self._size + bool(self._outdated and not stopping)
        while len(self._workers) - stopping < wanted:
            try:
                worker = self._current.fork()
            except OSError as error:
                self._postpone("worker could not be started", error)
                return
            self._workers.append(worker)
            self._selector.register(worker.control_socket, selectors.EVENT_READ, worker)

    def _load(self) -> None:
        """Start a fork server."""
        try:
            self._await(ForkServer.start(self._plan))
        except OSError as error:
            self._loading, self._is_reload = None, False
            self._postpone("fork server could not be started", error)

    def _await(self, fork_server: ForkServer) -> None:
        self._loading = fork_server
        self._fork_servers.append(fork_server)
        self._selector.register(fork_server.channel, selectors.EVENT_READ, fork_server)

    def _postpone(self, event: str, error: OSError) -> None:
        """Log that there is no memory or no descriptor left, and try again later."""
        self._log(event, "error", reason=str(error))
        self._not_before = time.monotonic() + MAX_DELAY_SECONDS

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
