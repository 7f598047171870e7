"""The pages of the documentation, read and followed as a reader would: commands are run, and files are written and edited."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from app.core.config import Settings
from tests.support.paths import ROOT
from tests.support.servers.service import free_port

PAGES = [ROOT / "README.md", *sorted(path for path in (ROOT / "docs").rglob("*.md") if "site" not in path.parts)]
COMMANDS = ("sh", "console")
# `<!-- not run: REASON -->` before a block says why it cannot be run here; "`FILE`:" whose content or whose edits it is.
_BLOCK = re.compile(
    r"(?:<!-- not run: (?P<reason>.*?) -->\s+)?(?:`(?P<file>[\w./]+)`:\n\n)?"
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_SERVES = re.compile(r"(\.venv/bin/)?(make run|python -m (app serve|app worker|uvicorn)|accord mock)\b")
_MIGRATIONS = "app/migrations/versions"


class Block(NamedTuple):
    """A fenced block of a page."""

    language: str
    text: str
    file: str | None
    reason: str | None


def blocks(page: Path) -> list[Block]:
    """The blocks of a page, in their order."""
    return [
        Block(
            found["language"],
            re.sub(f"^{found['indent']}", "", found["text"], flags=re.MULTILINE),
            found["file"],
            found["reason"],
        )
        for found in _BLOCK.finditer(page.read_text())
    ]


def use_environment(folder: Path) -> None:
    """Give a copy of the project the packages of this one, such that `make` finds nothing to install."""
    (folder / ".venv").mkdir()
    for name in ("bin", "lib", "include", "pyvenv.cfg"):
        if (Path(sys.prefix) / name).exists():
            (folder / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    for stamp in (".created", ".uv", ".run", ".dev", ".project"):
        (folder / ".venv" / stamp).touch()


class Reader:
    """Follows pages in a folder, in one shell for each; a server runs until the page starts the next one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = str(free_port())
        self._server: int | None = None
        names = {name.upper() for name in Settings.model_fields}
        inherited = {
            name: value for name, value in os.environ.items() if name not in names and not name.startswith(("MAKE", "MFLAGS"))
        }
        self._shell = subprocess.Popen(
            ["bash", "--norc"],
            cwd=folder,
            env={**inherited, "PORT": self.port, "DRAIN_SECONDS": "0", "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()
        self._shell.communicate()

    def follow(self, page: Path) -> int:
        """Do all that a page says, and return the number of its blocks of commands."""
        followed = 0
        for block in blocks(page):
            if block.file is not None:
                self._edit(block, block.file)
            elif block.language in COMMANDS and block.reason is None:
                followed += 1
                (self._start if block.language == "sh" else self._compare)(block.text)
        return followed

    def _edit(self, block: Block, name: str) -> None:
        last = max(path.name[:4] for path in (self.folder / _MIGRATIONS).glob("[0-9]*.py"))
        new = f"{int(last) + 1:04}"
        path = self.folder / name.replace("NNNN", new)
        assert path.resolve().is_relative_to(self.folder.resolve()), f"{name} is not of the copy"
        if block.language == "diff":
            for hunk in block.text.split("@@\n"):
                _apply(path, hunk.splitlines(keepends=True))
        else:
            path.write_text(block.text.replace("NNNN", new).replace("LAST", last))

    def _start(self, commands: str) -> None:
        *before, last = commands.splitlines(keepends=True)
        if not _SERVES.match(last):
            self.run(commands)
            return
        self.run("".join(before))
        self._stop()
        self.run(f"set -m\n{last.rstrip()} > server.log 2>&1 &\nset +m\necho $! > server.pid\n")
        self._server = int((self.folder / "server.pid").read_text())
        deadline = time.monotonic() + 120
        while not self._accepts_connections():
            assert Path(f"/proc/{self._server}").exists(), f"{last}{(self.folder / 'server.log').read_text()}"
            assert time.monotonic() < deadline, f"{last}does not listen"
            time.sleep(0.05)

    def _compare(self, text: str) -> None:
        for command, expected in _sessions(text):
            output = self.run(command)
            pattern = ".*".join(map(re.escape, expected.strip().split("...")))
            assert re.fullmatch(pattern, output.strip(), re.DOTALL), f"{command}{output}\n\nthe page shows:\n{expected}"

    def run(self, commands: str) -> str:
        """What the commands print. They fail as soon as one of them does."""
        script, output = self.folder / "commands.sh", self.folder / "output.txt"
        local = re.sub(r"\b800[01]\b", self.port, commands).replace("0.0.0.0", "127.0.0.1")  # noqa: S104
        script.write_text(local)
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write("set -e\n. ./commands.sh < /dev/null > output.txt 2>&1\nset +e\necho done\n")
        self._shell.stdin.flush()
        assert self._shell.stdout.readline() == "done\n", f"{local}\n{output.read_text()}"
        return output.read_text()

    def _accepts_connections(self) -> bool:
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", int(self.port))) == 0

    def _stop(self) -> None:
        if self._server is not None and Path(f"/proc/{self._server}").exists():
            os.killpg(self._server, signal.SIGTERM)
            while self._accepts_connections():
                time.sleep(0.02)


def _sessions(text: str) -> Iterator[tuple[str, str]]:
    """The commands after `$`, each with the output that the page shows."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        yield f"{command}\n", expected


def _apply(path: Path, hunk: list[str]) -> None:
    """Replace the lines that a part of a diff begins with "-" or " " by those it begins with "+" or " "."""
    before, after = ("".join(line[1:] for line in hunk if line[0] in marks) for marks in (" -", " +"))
    text = path.read_text()
    assert text.count(before) == 1, f"{path.name} has {text.count(before)} times:\n{before}"
    path.write_text(text.replace(before, after))
