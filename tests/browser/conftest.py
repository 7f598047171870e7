"""A server for the browser to visit."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        descriptor = listener.fileno()
        command = (
            sys.executable,
            "-m",
            "uvicorn",
            "tests.browser.server:app",
            "--fd",
            str(descriptor),
            "--log-level",
            "warning",
        )
        with subprocess.Popen(command, cwd=ROOT, pass_fds=[descriptor]) as server:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            server.terminate()
