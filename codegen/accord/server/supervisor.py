"""The supervisor of `serve --workers N`: it starts, replaces, restarts and stops worker processes (docs/adr/0008).

It is a separate program that uses only the standard library, so that it needs little memory and little can fail. Workers share
the listening sockets, and each has a control socket to the supervisor. A worker sends a heartbeat on it every second; the
supervisor sends b"d" (drain, then exit), b"r" (retire: a new worker has taken over) or b"x" (exit now). When a control socket
breaks, the other side has died.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any, NoReturn

POLL_SECONDS = 0.25
SILENT_SECONDS = 30.0  # without a heartbeat, after which a worker counts as hung
STEADY_SECONDS = 10.0  # a worker that dies earlier is replaced with increasing delay
MAX_DELAY_SECONDS = 30.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def become(
    sockets: Sequence[socket.socket], *, workers: int, stop_seconds: float, readable: bool, files: Sequence[int] = ()
) -> NoReturn:
    """Replace this process by the supervisor of workers, which are started with the same command line.

    `--supervised` passes to a worker the descriptors of its control socket and of the listening sockets, and of other `files`
    that workers share, as `5,6,7/8,9`. A worker is killed `stop_seconds` after it was told to stop. Log lines are JSON unless
    `readable`.
    """
    for number in (*files, *(listening.fileno() for listening in sockets)):
        os.set_inheritable(number, True)  # noqa: FBT003 - it takes no keyword
    plan = {
        "command": [sys.executable, *sys.orig_argv[1:]],
        "sockets": [listening.fileno() for listening in sockets],
        "files": list(files),
        "workers": workers,
        "stop_seconds": stop_seconds,
        "silent_seconds": SILENT_SECONDS,
        "readable": readable,
    }
    sys.stdout.flush()
    # Isolated and without site-packages: no other module can shadow its imports, and it starts in a fiftieth of a second.
    os.execv(sys.executable, [sys.executable, "-IS", __file__, json.dumps(plan)])  # noqa: S606 - no shell is needed


def inherited(supervised: str) -> tuple[socket.socket, list[socket.socket], list[int]]:
    """In a worker: its control socket, the listening sockets and the other files."""
    sockets, files = ([int(number) for number in group.split(",") if number] for group in supervised.split("/"))
    control_socket, *listening = [socket.socket(fileno=number) for number in sockets]
    return control_socket, listening, files


class Worker:
    """A worker process."""

    def __init__(self, command: Sequence[str], sockets: Sequence[socket.socket], files: Sequence[int]) -> None:
        self.control_socket, other_end = socket.socketpair()
        self.control_socket.settimeout(0)
        with other_end:
            numbers = [other_end.fileno(), *(listening.fileno() for listening in sockets)]
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, "--supervised", "/".join(",".join(map(str, group)) for group in (numbers, files))],
                pass_fds=[*numbers, *files],
                preexec_fn=_ignore_signals,  # noqa: PLW1509 - there are no threads here
            )
        self.is_ready, self.is_stopping = False, False
        self.started, self.silent = time.monotonic(), 0.0  # silence is counted in polls, because a machine may sleep
        self.deadline = float("inf")

    def receive_heartbeat(self) -> bool:
        """Record a heartbeat; False if the control socket is broken."""
        try:
            received = self.control_socket.recv(4096)
        except OSError:
            return False
        if not received:
            return False
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


def _ignore_signals() -> None:
    """Ctrl+C and some service managers signal every process of the group; workers obey only the supervisor."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


class Supervisor:
    """Manages the workers. SIGTERM and SIGINT stop them (the second skips the drain, the third kills), SIGHUP restarts them."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._size: int = plan["workers"]
        self._sockets = [socket.socket(fileno=number) for number in plan["sockets"]]
        self._workers: list[Worker] = []
        self._outdated: list[Worker] = []  # to be restarted
        self._has_served = False  # whether all workers were ready at the same time
        self._stop_signals = 0
        self._exit_code = 0
        self._delay, self._not_before = 0.0, 0.0
        self._selector = selectors.DefaultSelector()
        self._signals, self._wakeup = socket.socketpair()
        for end in (self._signals, self._wakeup):
            end.settimeout(0)
        self._selector.register(self._signals, selectors.EVENT_READ)
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
            for worker in list(self._workers):
                self._check(worker)
            if not self._has_served and not self._stop_signals and all(worker.is_ready for worker in self._workers):
                self._has_served = True
                self._log("all workers ready", workers=len(self._workers))
        return self._exit_code

    def _wait(self) -> None:
        before = time.monotonic()
        for key, _ in self._selector.select(POLL_SECONDS):
            if key.data is None:
                for number in self._signals.recv(4096):
                    self._handle_signal(number)
            else:
                self._receive(key.data)
        elapsed = min(time.monotonic() - before, 2 * POLL_SECONDS)
        for worker in self._workers:
            worker.silent += elapsed

    def _receive(self, worker: Worker) -> None:
        was_ready = worker.is_ready
        if not worker.receive_heartbeat():
            self._selector.unregister(worker.control_socket)
        elif not was_ready:
            self._log("worker ready", pid=worker.process.pid)

    def _handle_signal(self, number: int) -> None:
        self._log("signal", name=signal.Signals(number).name)
        if number != signal.SIGHUP:
            self._stop()
        elif not self._stop_signals:
            self._outdated = [worker for worker in self._workers if not worker.is_stopping]

    def _stop(self) -> None:
        self._stop_signals += 1
        for listening in self._sockets:
            listening.close()  # otherwise the socket would still listen after the last worker has closed it
        for worker in self._workers:
            if self._stop_signals > 2:  # noqa: PLR2004 - see the class
                worker.process.kill()
            worker.stop(b"d" if self._stop_signals == 1 else b"x", self._plan["stop_seconds"])

    def _check(self, worker: Worker) -> None:
        code = worker.process.poll()
        if code is None:
            if worker.is_hung(self._plan["silent_seconds"]):
                self._log("worker not responding; killing it", "error", pid=worker.process.pid)
                worker.process.kill()
            return
        self._workers.remove(worker)
        with contextlib.suppress(KeyError):
            self._selector.unregister(worker.control_socket)
        worker.control_socket.close()
        if worker.is_stopping:
            if code:
                self._log("worker exited with an error", "error", pid=worker.process.pid, code=code)
                self._exit_code = 1
            return
        if worker in self._outdated:
            self._outdated.remove(worker)
        self._log("worker died" if worker.is_ready else "worker failed to start", "error", pid=worker.process.pid, code=code)
        self._handle_failure(worker)

    def _handle_failure(self, worker: Worker) -> None:
        now = time.monotonic()
        self._delay = min(2 * self._delay + POLL_SECONDS, MAX_DELAY_SECONDS) if now - worker.started < STEADY_SECONDS else 0.0
        self._not_before = now + self._delay
        if worker.is_ready:
            return
        if self._outdated:
            self._log("restart aborted", "error")
            self._outdated.clear()
        if not self._has_served and not self._stop_signals:
            self._exit_code = 1
            for other in self._workers:
                if not other.is_ready:
                    other.process.kill()
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
        stopping = sum(worker.is_stopping for worker in self._workers)
        wanted = self._size + bool(self._outdated and not stopping)
        while len(self._workers) - stopping < wanted and time.monotonic() >= self._not_before:
            try:
                worker = Worker(self._plan["command"], self._sockets, self._plan["files"])
            except OSError as error:  # no memory, no descriptors
                self._log("worker could not be started", "error", reason=str(error))
                self._not_before = time.monotonic() + MAX_DELAY_SECONDS
                return
            self._workers.append(worker)
            self._selector.register(worker.control_socket, selectors.EVENT_READ, worker)

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
