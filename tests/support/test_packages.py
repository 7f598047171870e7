"""Programs of the system's packages, for developers who are not root."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import packages


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("apt-get") is None, reason="packages are unpacked with apt-get")
class TestWithoutRoot:
    @pytest.fixture(autouse=True)
    def ordinary_user(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("os.geteuid", lambda: 1000)
        monkeypatch.setattr(packages, "_FOLDER", tmp_path / "packages")
        monkeypatch.setattr(packages, "_SYSTEM", "")

    def test_a_missing_program_is_unpacked_and_runs(self, tmp_path: Path):
        path = packages.ensure("pgbouncer")

        assert path == str(tmp_path / "packages" / "bin" / "pgbouncer")
        assert "PgBouncer" in subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
