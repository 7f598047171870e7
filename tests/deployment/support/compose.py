"""The services of docs/deployment/compose.yaml as processes: their commands and settings, with addresses of this machine."""

from __future__ import annotations

import json
import re
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml

from tests.deployment.support.image import Image
from tests.support.load import MARGIN, ask, connected
from tests.support.paths import ROOT

FILE = ROOT / "docs/deployment/compose.yaml"
VARIABLES = {"ACCORD_IMAGE": "accord:0.1.0", "DOMAIN": "accord.example.com", "MAIL_FROM": "Accord <accord@example.com>"}


def services() -> dict[str, dict[str, Any]]:
    """The services, with the variables of `.env` filled in."""
    text = re.sub(r"\$\{(\w+)(:\?[^}]*)?\}", lambda found: VARIABLES[found[1]], FILE.read_text())
    found: dict[str, dict[str, Any]] = yaml.safe_load(text)["services"]
    return found


class Service:
    """A service that runs the image, or the processes of one after the other.

    `addresses` replaces parts of the settings that are valid in containers only; `settings` are added, with the PORT.
    """

    def __init__(self, image: Image, name: str, addresses: Mapping[str, str], folder: Path, **settings: str) -> None:
        definition = services()[name]
        assert set(definition["secrets"]) <= {path.name for path in Path(addresses["/run/secrets"]).iterdir()}
        self.name, self._image, self._log = name, image, folder / f"{name}.log"
        self._command = [*image.entrypoint, *definition.get("command", image.command)]
        written = json.dumps(definition["environment"])
        for elsewhere, here in addresses.items():
            written = written.replace(elsewhere, here)
        self._environment = {**image.environment, **json.loads(written), **settings}
        self.port = int(settings["PORT"])
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        return self._log.read_text()

    def run(self) -> int:
        """Run it to its end; returns its exit code."""
        self.start()
        assert self.process is not None
        return self.process.wait(MARGIN)

    def start(self) -> None:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, cwd=self._image.folder, env=self._environment, stdout=log, stderr=log
            )

    def stop(self) -> int:
        """Stop it as an engine does; returns its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(MARGIN)

    def kill(self) -> None:
        """Send SIGKILL, and wait."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(MARGIN)

    def is_healthy(self) -> bool:
        """Run the health check of the image."""
        check = [word.replace("8000", str(self.port)) for word in self._image.healthcheck]
        return subprocess.run(check, env=self._environment, check=False, capture_output=True).returncode == 0

    def wait_ready(self) -> None:
        """Wait until it is ready to serve."""
        deadline = time.monotonic() + MARGIN
        while True:
            assert self.process is not None
            assert self.process.poll() is None, self.log
            assert time.monotonic() < deadline, self.log
            with suppress(OSError), connected(self.port) as connection:
                if ask(connection, "GET", "/health/ready", Host="localhost").status == HTTPStatus.OK:
                    return
            time.sleep(0.05)

    def cpu_seconds(self) -> float:
        """The CPU time that its process has used so far."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100
