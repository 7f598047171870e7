"""`make` at a terminal, and on a machine without Python."""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.load import wait_until
from tests.support.paths import ROOT
from tests.support.servers.service import free_port

pytestmark = pytest.mark.slow

TARGETS = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def without_make() -> dict[str, str]:
    """The environment of a shell, not that of the `make` that runs these tests."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


class Machine(NamedTuple):
    """A project's folder, and the only folder in PATH."""

    folder: Path
    programs: Path

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command, environment = ["make", *arguments], {"PATH": str(self.programs)}
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
        )


@pytest.fixture
def machine(tmp_path) -> Machine:
    """The Makefile and what it reads, on a machine with few programs and no Python."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "codegen").mkdir()
    for name in ("pyproject.toml", "codegen/pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", "make", "sed", "awk", "grep", "find", "rm"):
        (programs / name).symlink_to(str(shutil.which(name)))

    return Machine(tmp_path, programs)


SENTENCE = (
    r"Makefile:\d+: \*\*\* Accord needs Python 3\.11 or newer: install it, or say where it is with make PYTHON=\S+\.  Stop\.\n"
)


class TestWithoutPython:
    @pytest.mark.parametrize("target", sorted(set(TARGETS) - {"help", "clean"}))
    def test_what_needs_it_says_so_in_one_sentence(self, machine, target):
        result = machine.make(target)

        assert (result.returncode, result.stdout) == (2, "")
        assert re.fullmatch(SENTENCE, result.stderr)

    def test_one_that_is_too_old_or_is_not_there_is_told_alike(self, machine):
        old = machine.programs / "python3"
        old.write_text('#!/bin/sh\necho ""\n')
        old.chmod(0o755)

        assert re.fullmatch(SENTENCE, machine.make("run").stderr)
        assert re.fullmatch(SENTENCE, machine.make("run", "PYTHON=/nowhere/python").stderr)

    def test_what_needs_none_goes_on(self, machine):
        assert machine.make("help").returncode == machine.make("clean").returncode == 0


def foreground(terminal: int) -> str:
    """The files mapped by the service in the foreground, which show how far its imports have come."""
    try:
        process = Path(f"/proc/{os.tcgetpgrp(terminal)}")
        return (process / "maps").read_text() if b"app\0serve" in (process / "cmdline").read_bytes() else ""
    except OSError:  # there is none in this moment
        return ""


class TestRun:
    @pytest.mark.parametrize("serves", [False, True], ids=["while it starts", "while it serves"])
    def test_ctrl_c_ends_it_quietly(self, tmp_path, serves):
        if shutil.which("ps") is None:
            pytest.skip("make finds out with ps whether it is in the foreground")
        pid, terminal = pty.fork()
        if pid == 0:
            database = f"sqlite:///{tmp_path / 'accord.db'}"
            environment = {**without_make(), "DATABASE_URL": database, "PORT": str(free_port()), "MAIL_FOLDER": str(tmp_path)}
            try:
                os.execvpe("make", ["make", "--no-print-directory", "-C", str(ROOT), "run"], environment)  # noqa: S606
            finally:  # this is a copy of the process that runs the tests
                os._exit(127)
        shown = b""
        if serves:
            while b"openapi.yaml" not in shown:
                shown += os.read(terminal, 4096)
        else:
            wait_until(lambda: "pydantic_core" in foreground(terminal))
        os.write(terminal, b"\x03")
        try:
            while part := os.read(terminal, 4096):
                shown += part
        except OSError:  # Linux's way to say that nobody is at the other end
            pass
        _, status = os.waitpid(pid, 0)

        assert os.waitstatus_to_exitcode(status) == 0
        assert shown.rstrip().endswith(b"^C")
        assert b"Traceback" not in shown
        assert b"***" not in shown
