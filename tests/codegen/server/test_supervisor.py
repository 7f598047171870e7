"""The supervisor, with small workers that misbehave on purpose."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from accord.server import supervisor
from tests.support.servers.service import alive

pytestmark = pytest.mark.slow

CODEGEN = Path(supervisor.__file__).parents[2]
MARGIN = 30.0  # seconds for what should take less than one

# It loads for as many seconds as the file `slow` says, and nothing where the file `unloadable` is. Workers note their start and
# their end, cannot serve where the file `broken` is, and do not end where the file `stubborn` is.
SERVICE = """
import os, pathlib, socket, sys, time
from accord.server import fork_server, supervisor
folder = pathlib.Path(sys.argv[1])
if "--supervised" in sys.argv:
    channel, sockets, _ = fork_server.inherited(sys.argv[-1])
else:
    stop_seconds, silent_seconds = map(float, sys.argv[2:])
    sockets = [socket.create_server(("127.0.0.1", 0))]
    channel = supervisor.become(sockets, workers=2, stop_seconds=stop_seconds, silent_seconds=silent_seconds, readable=False)
with (folder / "loads").open("a") as loads:
    loads.write(f"{os.getpid()}\\n")
if (folder / "slow").exists():
    time.sleep(float((folder / "slow").read_text()))
if (folder / "unloadable").exists():
    sys.exit(5)
line = fork_server.fork_workers(channel, sockets)
with (folder / "starts").open("a") as starts:
    starts.write(f"{os.getpid()}\\n")
if (folder / "broken").exists():
    sys.exit(7)
line.settimeout(0.05)
while True:
    try:
        line.send(b".")
        word = line.recv(1)
    except TimeoutError:
        continue
    except ConnectionError:
        word = b""
    if not word or not (folder / "stubborn").exists():
        with (folder / "starts").open("a") as starts:
            starts.write(f"-{os.getpid()}\\n")
        time.sleep(0.2 if word == b"r" else 0)
        sys.exit(0)
"""


class Running:
    """A supervisor of two workers."""

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.process = process
        self._folder = folder

    @property
    def history(self) -> list[int]:
        """The processes that were started, and, negative, those that were told to end."""
        path = self._folder / "starts"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    @property
    def loads(self) -> list[int]:
        """The fork servers."""
        return [int(line) for line in (self._folder / "loads").read_text().split()]

    @property
    def starts(self) -> list[int]:
        return [pid for pid in self.history if pid > 0]

    @property
    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self._folder / "log").read_text().splitlines()]

    def events(self) -> list[str]:
        return [line["event"] for line in self.log]

    def wait_for(self, event: str, times: int = 1) -> None:
        wait_until(lambda: self.events().count(event) >= times)


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + MARGIN
    while not condition():
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.02)


@contextmanager
def supervised(folder: Path, *, stop_seconds: float = 10, silent_seconds: float = 10) -> Iterator[Running]:
    (folder / "service.py").write_text(SERVICE)
    command = [sys.executable, str(folder / "service.py"), str(folder), str(stop_seconds), str(silent_seconds)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stderr=log, env={"PYTHONPATH": str(CODEGEN)}, start_new_session=True)
    try:
        yield Running(process, folder)
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in (folder / "log").read_text()


@pytest.fixture
def running(tmp_path) -> Iterator[Running]:
    with supervised(tmp_path) as started:
        started.wait_for("all workers ready")
        yield started


class TestAForkServer:
    def test_that_cannot_load_ends_the_first_start(self, tmp_path):
        (tmp_path / "unloadable").touch()
        with supervised(tmp_path) as running:
            assert running.process.wait(MARGIN) == 1

        assert "fork server failed to start" in running.events()
        assert not running.history

    def test_that_dies_leaves_its_workers_and_is_replaced(self, running):
        os.kill(running.loads[0], signal.SIGKILL)
        running.wait_for("fork server died")
        wait_until(lambda: len(running.loads) == 2)
        os.kill(running.starts[0], signal.SIGKILL)
        running.wait_for("worker ready", 3)

        assert len(running.starts) == 3
        assert alive(running.starts[1])
        running.process.terminate()
        assert running.process.wait(MARGIN) == 0
        assert not any(alive(pid) for pid in [*running.starts, *running.loads])

    def test_that_hangs_is_killed_and_replaced(self, tmp_path):
        with supervised(tmp_path, silent_seconds=3) as running:
            running.wait_for("all workers ready")
            os.kill(running.loads[0], signal.SIGSTOP)
            os.kill(running.starts[0], signal.SIGKILL)
            running.wait_for("worker ready", 3)

            assert len(running.loads) == 2

    def test_of_a_restart_outlives_the_former_one(self, running):
        running.process.send_signal(signal.SIGHUP)
        running.wait_for("all workers restarted")
        first, second = running.loads
        wait_until(lambda: not alive(first))

        assert alive(second)
        os.kill(running.starts[-1], signal.SIGKILL)
        running.wait_for("worker ready", 5)
        assert len(running.loads) == 2

    def test_is_not_replaced_while_it_can_fork(self, running):
        for count in (3, 4):
            os.kill(running.starts[-1], signal.SIGKILL)
            running.wait_for("worker ready", count)

        assert len(running.loads) == 1

    def test_that_dies_in_the_middle_does_not_hide_that_workers_were_killed(self, tmp_path):
        (tmp_path / "stubborn").touch()
        with supervised(tmp_path, stop_seconds=1) as running:
            running.wait_for("all workers ready")
            os.kill(running.loads[0], signal.SIGKILL)
            running.process.terminate()

            assert running.process.wait(MARGIN) == 1

    def test_that_hangs_does_not_prevent_the_end(self, running):
        os.kill(running.loads[0], signal.SIGSTOP)
        running.process.terminate()

        assert running.process.wait(MARGIN) == 0
        assert "worker not responding; killing it" not in running.events()
        assert not any(alive(pid) for pid in [*running.starts, *running.loads])


class TestASignal:
    @pytest.mark.parametrize("milliseconds", range(4))
    def test_to_the_whole_group_counts_once_while_a_fork_server_starts(self, tmp_path, milliseconds):
        with supervised(tmp_path) as running:
            running.wait_for("all workers ready")
            running.process.send_signal(signal.SIGHUP)
            time.sleep(milliseconds / 2000)
            os.killpg(running.process.pid, signal.SIGTERM)

            assert running.process.wait(MARGIN) == 0
            assert [line["name"] for line in running.log if line["event"] == "signal"].count("SIGTERM") == 1
            assert not [line for line in running.log if line["level"] == "error"]


class TestWithoutDescriptors:
    def test_the_others_serve_on_and_it_is_tried_again(self, running):
        used = len(list(Path(f"/proc/{running.process.pid}/fd").iterdir()))
        resource.prlimit(running.process.pid, resource.RLIMIT_NOFILE, (used, used))
        os.kill(running.starts[0], signal.SIGKILL)
        running.wait_for("worker could not be started")

        assert running.process.poll() is None
        assert alive(running.starts[1])


class TestAStart:
    def test_that_fails_is_the_end_and_not_tried_again(self, tmp_path):
        (tmp_path / "broken").touch()
        with supervised(tmp_path) as running:
            code = running.process.wait(MARGIN)

        assert code == 1
        assert len(running.starts) <= 2
        assert "worker failed to start" in running.events()

    def test_that_is_interrupted_exits_with_0(self, tmp_path):
        with supervised(tmp_path) as running:
            wait_until(lambda: len(running.starts) == 2)
            running.process.terminate()

            assert running.process.wait(MARGIN) == 0


class TestAWorker:
    def test_that_dies_is_replaced(self, running):
        os.kill(running.starts[0], signal.SIGKILL)
        running.wait_for("worker ready", 3)

        assert "worker died" in running.events()
        assert len(running.starts) == 3

    def test_that_cannot_be_replaced_leaves_the_others_and_is_tried_ever_more_slowly(self, running, tmp_path):
        (tmp_path / "broken").touch()
        os.kill(running.starts[0], signal.SIGKILL)
        time.sleep(3)
        tried = running.events().count("worker failed to start")
        (tmp_path / "broken").unlink()
        running.wait_for("worker ready", 3)

        assert 1 <= tried <= 4
        assert running.process.poll() is None

    def test_that_hangs_is_killed_and_replaced(self, tmp_path):
        with supervised(tmp_path, silent_seconds=3) as running:
            running.wait_for("all workers ready")
            os.kill(running.starts[0], signal.SIGSTOP)
            running.wait_for("worker ready", 3)

            assert "worker not responding; killing it" in running.events()
            assert len(running.starts) == 3

    def test_that_does_not_end_is_killed_and_the_exit_code_is_1(self, tmp_path):
        (tmp_path / "stubborn").touch()
        with supervised(tmp_path, stop_seconds=1) as running:
            running.wait_for("all workers ready")
            running.process.terminate()

            assert running.process.wait(MARGIN) == 1

    def test_exits_when_its_supervisor_dies(self, running):
        running.process.kill()
        running.process.wait()

        wait_until(lambda: not any(alive(pid) for pid in running.starts))

    def test_ignores_signals_that_are_for_the_supervisor(self, running):
        for number in supervisor.SIGNALS:
            os.kill(running.starts[0], number)
        time.sleep(0.5)

        assert running.events().count("worker died") == 0


class TestARestart:
    def test_replaces_every_worker_and_never_has_fewer(self, running):
        before = running.starts
        running.process.send_signal(signal.SIGHUP)
        running.wait_for("all workers restarted")
        wait_until(lambda: not any(alive(pid) for pid in before))

        [_, _, third, _, fourth, _] = running.history
        assert third > 0
        assert fourth > 0
        assert running.events().count("worker ready") == 4
        assert running.process.poll() is None

    def test_with_what_cannot_start_keeps_what_serves(self, running, tmp_path):
        before = running.starts
        for name in ("broken", "unloadable"):
            (tmp_path / name).touch()
            running.process.send_signal(signal.SIGHUP)
            running.wait_for("restart aborted", len(running.loads))
            (tmp_path / name).unlink()
        os.kill(before[0], signal.SIGKILL)
        running.wait_for("worker ready", 3)

        assert alive(before[1])
        first, *others = running.loads
        assert alive(first)
        wait_until(lambda: not any(alive(pid) for pid in others))

    def test_that_is_requested_twice_leaves_one_fork_server(self, running):
        before = running.starts
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "signal" in running.events())
        running.process.send_signal(signal.SIGHUP)
        running.wait_for("signal", 2)
        running.wait_for("all workers restarted")
        wait_until(lambda: sum(alive(pid) for pid in running.loads) == 1)

        assert not any(alive(pid) for pid in before)

    def test_that_fails_twice_keeps_what_was_loaded_first(self, running, tmp_path):
        (tmp_path / "unloadable").touch()
        (tmp_path / "slow").write_text("2")
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(running.loads) == 2)
        (tmp_path / "slow").unlink()
        running.process.send_signal(signal.SIGHUP)
        running.wait_for("restart aborted")
        os.kill(running.starts[0], signal.SIGKILL)
        running.wait_for("worker ready", 3)

        assert [alive(pid) for pid in running.loads] == [True, False, False]

    def test_replaces_workers_that_die_while_it_loads(self, running, tmp_path):
        (tmp_path / "unloadable").touch()
        (tmp_path / "slow").write_text("60")
        running.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(running.loads) == 2)
        for pid in running.starts:
            os.kill(pid, signal.SIGKILL)
        running.wait_for("worker ready", 4)

        os.kill(running.loads[1], signal.SIGKILL)
        running.wait_for("restart aborted")
        assert alive(running.loads[0])

    def test_is_complete_although_the_last_outdated_worker_dies(self, running, tmp_path):
        (tmp_path / "stubborn").touch()
        running.process.send_signal(signal.SIGHUP)
        running.wait_for("worker ready", 3)
        for pid in running.starts[:2]:
            os.kill(pid, signal.SIGKILL)

        running.wait_for("all workers restarted")

    def test_is_abandoned_when_the_service_is_stopped(self, running, tmp_path):
        (tmp_path / "stubborn").touch()
        running.process.send_signal(signal.SIGHUP)
        running.wait_for("worker ready", 3)
        (tmp_path / "stubborn").unlink()
        running.process.terminate()

        assert running.process.wait(MARGIN) == 0
        assert len(running.starts) == 3
