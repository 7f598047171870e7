"""mypy on generated code and on handlers: each marked line of a wrong handler has an error."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from accord.generate.package import write
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

HANDLERS = Path(__file__).parent / "handlers"


def mypy(folder, *names: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-pretty", "--config-file=", *names],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(ROOT), "MYPY_CACHE_DIR": str(ROOT / ".mypy_cache" / "tests")},
        capture_output=True,
        text=True,
        check=False,
    ).stdout


class TestHandlers:
    def test_right_handlers_are_accepted_and_each_wrong_one_is_rejected_at_its_line(self):
        lines = enumerate((HANDLERS / "wrong.py").read_text().splitlines(), 1)
        wrong = {number for number, line in lines if "# wrong: " in line}

        output = mypy(HANDLERS, "right.py", "wrong.py")

        errors = re.findall(r"^(right\.py|wrong\.py):(\d+): error: ", output, re.MULTILINE)
        assert {file for file, _ in errors} == {"wrong.py"}, output
        assert {int(line) for _, line in errors} == wrong, output


class TestGeneratedCode:
    def test_is_strictly_typed_whatever_the_document_names_and_holds(self, documents, settings, tmp_path):
        packages = [settings(document) for document in documents.glob("*/openapi.yaml")]
        for package in packages:
            write(package)

        output = mypy(tmp_path, *(package.output.name for package in packages))

        assert not re.findall(r"^made\d+.*: error: .*", output, re.MULTILINE)
        assert "made" not in output
