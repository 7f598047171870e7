"""The toolkit as users install it: its wheel in an empty virtual environment, and the guide of docs/engine.md followed."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "engine.md").read_text()

pytestmark = pytest.mark.slow


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def built(folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT / "codegen", check=True, capture_output=True)
    [wheel] = folder.glob("*.whl")
    return wheel


def install(python: Path, *requirements: str, pins: Path) -> None:
    """As the Makefile does: by uv, or by pip where uv reaches no index."""
    arguments = ["--quiet", "--constraint", str(pins), *requirements]
    uv = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--python", str(python), *arguments]
    if not Path(uv[0]).exists() or subprocess.run(uv, check=False, capture_output=True).returncode != 0:
        subprocess.run([str(python), "-m", "pip", "install", *arguments], check=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Reader:
    """A reader of the guide, with the wheel installed and the files of steps 1, 4 and 5 in a folder of their own."""
    folder = tmp_path_factory.mktemp("reader")
    environment = tmp_path_factory.mktemp("environment") / "venv"
    venv.create(environment, with_pip=True)
    pins = folder.parent / "pins.txt"
    locked = (ROOT / "requirements-dev.lock").read_text().splitlines()
    pins.write_text("\n".join(line.rstrip(" \\") for line in locked if "==" in line and not line.startswith((" ", "#"))))
    install(environment / "bin" / "python", f"{wheel}[generate]", "mypy", pins=pins)
    (folder / "pets.yaml").write_text(blocks("yaml")[0])
    handlers, service = blocks("python")
    (folder / "handlers.py").write_text(handlers)
    (folder / "service.py").write_text(service)
    return Reader(folder, environment / "bin")


class Reader:
    def __init__(self, folder: Path, binaries: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
            "PATH": f"{binaries}:{os.environ['PATH']}",
        }

    def run(self, command: str) -> str:
        """Run a command of the guide and return what it prints."""
        done = subprocess.run(
            ["sh", "-c", command], cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    @contextmanager
    def serving(self, command: str) -> Iterator[int]:
        """Run a server of the guide on a free port."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        words = [*re.sub(r" --port \d+", "", command).split(), "--port", str(port)]
        with subprocess.Popen(words, cwd=self.folder, env=self.environment, stdout=subprocess.DEVNULL) as server:
            try:
                deadline = time.monotonic() + 60
                while time.monotonic() < deadline and server.poll() is None:
                    with socket.socket() as client:
                        if client.connect_ex(("127.0.0.1", port)) == 0:
                            break
                    time.sleep(0.1)
                yield port
            finally:
                server.terminate()


class TestTheWheel:
    def test_holds_the_package_alone_with_its_templates_and_types(self, wheel):
        names = zipfile.ZipFile(wheel).namelist()

        assert {name.split("/")[0].partition("-")[0] for name in names} == {"accord"}
        assert "accord/py.typed" in names
        assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
        assert any(name.endswith(".jinja2") for name in names)


class TestTheGuide:
    def test_its_commands_and_requests_work_in_an_empty_environment(self, reader):
        mock, generate, serve = blocks("sh")
        python, *curls = serve.splitlines()

        with reader.serving(mock) as port:
            assert '"name"' in reader.run(f"curl -s localhost:{port}/pets/Tom")
        reader.run(generate)
        assert "Success" in reader.run("python -m mypy --strict service.py")
        assert "keywords:" in reader.run("accord coverage pets.yaml")
        with reader.serving(python) as port:
            answers = [reader.run(curl.replace("localhost:8000", f"localhost:{port}")) for curl in curls]

        assert [answer.split()[1] for answer in answers] == ["201", "200", "422"]

    def test_a_command_names_the_extra_that_it_lacks(self, reader):
        with pytest.raises(AssertionError, match=r"accord fidelity: \w+ is not installed: pip install 'accord\[testing\]'"):
            reader.run("accord fidelity pets.yaml")
