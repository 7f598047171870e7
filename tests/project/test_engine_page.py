"""The guide of docs/engine.md, executed as it is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from accord.cli.main import main
from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "engine.md").read_text()

REQUESTS = """
from starlette.testclient import TestClient
from service import app

client = TestClient(app)
key = {"X-Key": "secret"}
made = client.post("/pets", json={"name": "Tom"}, headers=key)
print(made.status_code, made.headers["Location"], made.json())
print(client.get("/pets/Tom", headers={"Accept": "text/csv"}).text.split())
print(client.get("/pets/Tom?fields=name,tag").json())
print(client.get("/pets/Tim").json())
refused = client.post("/pets", json={"name": "", "id": 7}, headers=key)
print(refused.status_code, sorted(refused.json()), refused.json()["code"])
print(refused.json()["message"])
print(client.post("/pets", json={"name": "Tom"}).status_code, client.get("/pets/Tom?fields=age").status_code)
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The reader's folder after step 5."""
    made = tmp_path_factory.mktemp("reader")
    (made / "pets.yaml").write_text(blocks("yaml")[0])
    handlers, service = blocks("python")
    (made / "handlers.py").write_text(handlers)
    (made / "service.py").write_text(service)
    assert main(["generate", str(made / "pets.yaml"), f"--output={made / 'pets'}"]) == 0
    return made


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


DETAIL = (
    "The request does not satisfy the contract. body/name must be at least 1 character long. "
    "body/id is read-only: it cannot be sent."
)


@pytest.mark.slow
def test_its_handlers_and_service_are_strictly_typed(folder):
    said = run(
        folder, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={ROOT / '.mypy_cache' / 'tests'}", "service.py"
    )

    assert said.stdout.splitlines()[-1].startswith("Success"), said.stdout


def test_its_service_answers_as_it_says(folder):
    said = run(folder, "-c", REQUESTS)

    assert said.stdout.splitlines() == [
        "201 /pets/Tom {'name': 'Tom', 'id': 1}",
        "['name', 'Tom']",
        "{'name': 'Tom', 'id': 1}",
        "{'code': 404, 'message': 'There is no such pet.'}",
        "422 ['code', 'message'] 422",
        DETAIL,
        "401 422",
    ], said.stderr


def test_its_document_has_a_complete_ledger(folder, capsys):
    assert main(["ledger", str(folder / "pets.yaml")]) == 0
    assert "keywords:" in capsys.readouterr().out
