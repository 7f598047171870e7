"""Settings in files, as systemd, Docker and Kubernetes provide secrets."""

from __future__ import annotations

import pytest

from tests.support.commands import message, runner

pytestmark = pytest.mark.slow


def test_a_setting_is_read_from_its_file_unless_it_is_in_the_environment(tmp_path):
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "smtp_url").write_text("smtp://:so-secret\n")
    cli, folder = runner(tmp_path), str(tmp_path / "credentials")

    from_the_file = message(cli("migrate", CREDENTIALS_DIRECTORY=folder), code=2)
    from_the_environment = cli("migrate", CREDENTIALS_DIRECTORY=folder, SMTP_URL="smtp://127.0.0.1")

    assert from_the_file.startswith("SMTP_URL: must be smtp://")
    assert "so-secret" not in from_the_file
    assert from_the_environment.returncode == 0


def test_what_is_no_folder_of_readable_files_gives_one_line_and_a_finding(tmp_path):
    (tmp_path / "file").write_text("x")
    cli = runner(tmp_path)

    refused = message(cli("migrate", CREDENTIALS_DIRECTORY=str(tmp_path / "file")), code=2)
    found = cli("doctor", CREDENTIALS_DIRECTORY=str(tmp_path / "file"))

    assert refused.startswith("CREDENTIALS_DIRECTORY: ")
    assert found.returncode == 1
    assert "CREDENTIALS_DIRECTORY: " in found.stdout
    assert "database" in found.stdout
