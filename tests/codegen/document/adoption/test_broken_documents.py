"""Every broken document can be generated, imported and started once it is adopted."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from accord.cli.main import main
from tests.codegen.document.adoption.documents import adopted, client

pytestmark = pytest.mark.slow

UNREADABLE = ("twice", "yaml")  # texts that are no YAML
BROKEN = [path for path in sorted(Path(__file__).parents[2].glob("validate/broken/*.yaml")) if path.stem not in UNREADABLE]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda path: path.stem)
class TestEveryBrokenDocument:
    def test_can_be_generated_imported_and_started_once_it_is_adopted(self, broken, tmp_path, monkeypatch):
        read = adopted(tmp_path, broken.read_text(encoding="utf-8"), broken.name)
        package = f"adopted_{broken.stem}"

        assert main(["generate", str(tmp_path / broken.name), f"--output={tmp_path / package}"]) == 0
        monkeypatch.syspath_prepend(tmp_path)
        importlib.import_module(f"{package}.operations")
        assert client(read).get("/openapi.yaml").content == read.raw
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]

    def test_has_the_same_file_when_it_is_adopted_again(self, broken, tmp_path):
        adopted(tmp_path, broken.read_text(encoding="utf-8"), broken.name)
        file = tmp_path / f"{broken.stem}.adopted.yaml"
        first = file.read_text()

        assert main(["adopt", str(tmp_path / broken.name)]) == 0
        assert file.read_text() == first
