"""What `serve --workers N` becomes: it starts workers, replaces those that die, restarts and ends them (see docs/adr/0008).

A program of its own, of nothing but the standard library: what watches needs little memory and has little that can fail.
Each worker shares the listening sockets and has a line to the supervisor. On it the worker says every second that it is well,
and the supervisor says b"d" (drain, then end), b"r" (retire: another serves in your place) or b"x" (do not wait any longer).
A line that breaks tells the other side that this one is dead.
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

TURN_SECONDS = 0.25
SILENT_SECONDS = 30.0  # after which a worker is taken for hung
STEADY_SECONDS = 10.0  # who dies younger is replaced ever more slowly
LONGEST_PAUSE = 30.0
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def become(sockets: Sequence[socket.socket], *, workers: int, patience: float, readable: bool) -> NoReturn:
    """Make this process the supervisor of workers that are started with its own command line.

    A worker learns from `--supervised` the descriptors of its line and of the listening sockets. One that was told to end
    has `patience` seconds for it. Lines of the log are JSON unless they should be `readable`.
    """
    for listening in sockets:
        listening.set_inheritable(True)
    plan = {
        "command": [sys.executable, *sys.orig_argv[1:]],
        "sockets": [listening.fileno() for listening in sockets],
        "workers": workers,
        "patience": patience,
        "silence": SILENT_SECONDS,
        "readable": readable,
    }
    sys.stdout.flush()
    # Isolated and without site packages: it finds no other module of this name, and starts in a fiftieth of a second.
    os.execv(sys.executable, [sys.executable, "-IS", __file__, json.dumps(plan)])  # noqa: S606 - a shell would only be in the way


class Worker:
    """A process that serves."""

    def __init__(self, command: Sequence[str], sockets: Sequence[socket.socket]) -> None:
        self.line, theirs = socket.socketpair()
        self.line.settimeout(0)
        with theirs:
            numbers = [theirs.fileno(), *(listening.fileno() for listening in sockets)]
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, "--supervised", ",".join(map(str, numbers))],
                pass_fds=numbers,
                preexec_fn=_deafen,  # noqa: PLW1509 - there are no threads here
            )
        self.ready, self.leaving = False, False
        self.born, self.silent = time.monotonic(), 0.0  # silence is counted in turns: a machine may sleep
        self.deadline = float("inf")

    def hear(self) -> bool:
        """Note that it is well; False if its line is broken."""
        with contextlib.suppress(BlockingIOError):
            try:
                heard = self.line.recv(4096)
            except OSError:
                return False
            if not heard:
                return False
            self.ready, self.silent = True, 0.0
        return True

    def leave(self, word: bytes, patience: float) -> None:
        """Tell it to end."""
        self.leaving, self.deadline = True, time.monotonic() + patience
        with contextlib.suppress(OSError):
            self.line.send(word)

    def hangs(self, silence: float) -> bool:
        """Whether it has said nothing for so many seconds, or does not end."""
        return time.monotonic() > self.deadline if self.leaving else self.silent > silence


def _deafen() -> None:
    """Ctrl+C and some service managers signal every process; only the supervisor knows what a worker has to do about it."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


class Supervisor:
    """The workers. SIGTERM and SIGINT end them (a second one skips the drain, a third kills), SIGHUP restarts one by one."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._size: int = plan["workers"]
        self._sockets = [socket.socket(fileno=number) for number in plan["sockets"]]
        self._workers: list[Worker] = []
        self._old: list[Worker] = []  # still to be restarted
        self._served = False  # all workers at once, at least once
        self._endings = 0  # signals to end
        self._code = 0
        self._pause, self._not_before = 0.0, 0.0
        self._selector = selectors.DefaultSelector()
        self._signals, waking = socket.socketpair()
        self._waking = waking
        for end in (self._signals, waking):
            end.settimeout(0)
        self._selector.register(self._signals, selectors.EVENT_READ)
        signal.set_wakeup_fd(waking.fileno())
        for number in SIGNALS:
            signal.signal(number, lambda *_: None)  # its number comes through the socket

    def run(self) -> int:
        """Until all have ended; the exit code. 1 if the service could not start or somebody had to be killed."""
        while self._workers or not self._endings:
            if not self._endings:
                self._restart_next()
                self._fill()
            self._wait()
            for worker in list(self._workers):
                self._look_after(worker)
            if not self._served and not self._endings and all(worker.ready for worker in self._workers):
                self._served = True
                self._say("all workers serve", workers=len(self._workers))
        return self._code

    def _wait(self) -> None:
        before = time.monotonic()
        for key, _ in self._selector.select(TURN_SECONDS):
            if key.data is None:
                for number in self._signals.recv(4096):
                    self._signalled(number)
            else:
                self._hear(key.data)
        passed = min(time.monotonic() - before, 2 * TURN_SECONDS)
        for worker in self._workers:
            worker.silent += passed

    def _hear(self, worker: Worker) -> None:
        known = worker.ready
        if not worker.hear():
            self._selector.unregister(worker.line)
        elif not known:
            self._say("a worker serves", pid=worker.process.pid)

    def _signalled(self, number: int) -> None:
        self._say("signal", name=signal.Signals(number).name)
        if number != signal.SIGHUP:
            self._end()
        elif not self._endings:
            self._old = [worker for worker in self._workers if not worker.leaving]

    def _end(self) -> None:
        self._endings += 1
        for listening in self._sockets:
            listening.close()  # or it would listen on when the last worker has stopped listening
        for worker in self._workers:
            if self._endings > 2:  # noqa: PLR2004 - as the class says
                worker.process.kill()
            worker.leave(b"d" if self._endings == 1 else b"x", self._plan["patience"])

    def _look_after(self, worker: Worker) -> None:
        code = worker.process.poll()
        if code is None:
            if worker.hangs(self._plan["silence"]):
                self._say("a worker hangs and is killed", "error", pid=worker.process.pid)
                worker.process.kill()
            return
        self._workers.remove(worker)
        with contextlib.suppress(KeyError):
            self._selector.unregister(worker.line)
        worker.line.close()
        if worker.leaving:
            if code:
                self._say("a worker exited with an error", "error", pid=worker.process.pid, code=code)
                self._code = 1
            return
        if worker in self._old:
            self._old.remove(worker)
        self._say("a worker died" if worker.ready else "a worker could not start", "error", pid=worker.process.pid, code=code)
        self._failed(worker)

    def _failed(self, worker: Worker) -> None:
        now = time.monotonic()
        self._pause = min(2 * self._pause + TURN_SECONDS, LONGEST_PAUSE) if now - worker.born < STEADY_SECONDS else 0.0
        self._not_before = now + self._pause
        if worker.ready:
            return
        if self._old:
            self._say("the others are not restarted", "error")
            self._old.clear()
        if not self._served and not self._endings:
            self._code = 1
            for other in self._workers:
                if not other.ready:
                    other.process.kill()
            self._end()
            self._end()

    def _restart_next(self) -> None:
        """Let an old worker go when a new one serves."""
        staying = [worker for worker in self._workers if not worker.leaving]
        if self._old and len(staying) > self._size and all(worker.ready for worker in staying):
            self._old.pop(0).leave(b"r", self._plan["patience"])
            if not self._old:
                self._say("all workers are restarted")

    def _fill(self) -> None:
        """Start who is missing; in a restart one more, as soon as the one before has gone."""
        leaving = sum(worker.leaving for worker in self._workers)
        wanted = self._size + bool(self._old and not leaving)
        while len(self._workers) - leaving < wanted and time.monotonic() >= self._not_before:
            try:
                worker = Worker(self._plan["command"], self._sockets)
            except OSError as error:  # no memory, no descriptors
                self._say("a worker could not be started", "error", reason=str(error))
                self._not_before = time.monotonic() + LONGEST_PAUSE
                return
            self._workers.append(worker)
            self._selector.register(worker.line, selectors.EVENT_READ, worker)

    def _say(self, event: str, level: str = "info", **more: object) -> None:
        """A line of the log, as `app.core.logs` writes it."""
        if self._plan["readable"]:
            line = " ".join(["accord:", event, *(f"{name}={value!r}" for name, value in more.items())])
        else:
            time_ = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
            line = json.dumps({**more, "event": event, "level": level, "time": time_})
        with contextlib.suppress(OSError):
            os.write(2, f"{line}\n".encode())


if __name__ == "__main__":
    sys.exit(Supervisor(json.loads(sys.argv[1])).run())
