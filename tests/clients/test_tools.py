"""The document as linters and a mock server of other people read it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support import npm
from tests.support.paths import ROOT
from tests.support.servers.service import free_port

pytestmark = pytest.mark.slow

DOCUMENT = ROOT / "openapi.yaml"


def said(command: list[str | Path], folder: Path) -> str:
    """What a program writes."""
    done = subprocess.run(command, cwd=folder, env=npm.ENVIRONMENT, capture_output=True, text=True, check=False, timeout=120)
    return done.stdout or done.stderr


class TestLinters:
    def test_openapi_spec_validator_finds_nothing(self, tmp_path):
        assert said([sys.executable, "-m", "openapi_spec_validator", DOCUMENT], tmp_path) == f"{DOCUMENT}: OK\n"

    def test_redocly_finds_nothing(self, tmp_path):
        program = npm.ensure(npm.REDOCLY) / ".bin" / "redocly"

        # Webhooks need no operationId; that operations have one, `accord lint` checks.
        command: list[str | Path] = [program, "lint", DOCUMENT, "--format", "json", "--skip-rule", "operation-operationId"]
        found = json.loads(said(command, tmp_path))

        assert found["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}, found["problems"]

    def test_spectral_finds_nothing(self, tmp_path):
        program = npm.ensure("@stoplight/spectral-cli@6.16.3") / ".bin" / "spectral"

        found = json.loads(
            said([program, "lint", DOCUMENT, "--ruleset", ROOT / ".spectral.yaml", "--format", "json", "--quiet"], tmp_path)
        )

        assert [(one["code"], one["message"], one["path"]) for one in found] == []


class TestPrism:
    @pytest.fixture
    def url(self, tmp_path) -> Iterator[str]:
        """The address of a mock server."""
        program = npm.ensure("@stoplight/prism-cli@5.16.0") / ".bin" / "prism"
        port = free_port()
        command: list[str | Path] = [program, "mock", DOCUMENT, "--host", "127.0.0.1", "--port", str(port)]
        with (
            (tmp_path / "log").open("w") as log,
            subprocess.Popen(command, env=npm.ENVIRONMENT, stdout=log, stderr=log, start_new_session=True) as mock,
        ):
            yield f"http://127.0.0.1:{port}"
            os.killpg(mock.pid, signal.SIGTERM)  # it serves from a process of its own

    def test_it_answers_from_the_document(self, url):
        with httpx2.Client(transport=httpx2.HTTPTransport(retries=8), timeout=60) as client:  # until it listens
            answer = client.get(f"{url}/api/v1/posts?page_size=1")

        assert answer.json()["posts"][0]["title"] == "On compilers"
