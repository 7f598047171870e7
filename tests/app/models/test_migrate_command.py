"""`python -m app migrate`, as a process of its own, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.config import Settings
from app.migrations import REVISIONS, run
from tests.support.databases import query
from tests.support.paths import ROOT
from tests.support.secret_key import SECRET_KEY

CLI = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.slow


@pytest.fixture
def cli(url: str, tmp_path: Path) -> CLI:
    names = {name.upper() for name in Settings.model_fields}
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment |= {"PYTHONPATH": str(ROOT), "DATABASE_URL": url, "SECRET_KEY": SECRET_KEY, "ENV": "staging"}

    def started(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "app", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)

    return started


def test_it_upgrades_checks_and_downgrades(cli: CLI):
    every, newest = ", ".join(REVISIONS), REVISIONS[-1]

    outputs = [
        cli("migrate", "--check").stderr,
        cli("migrate").stdout,
        cli("migrate").stdout,
        cli("migrate", "--check").stdout,
        cli("migrate", "--back-to", "0001").stdout,
        cli("migrate", "--check").stderr,
        cli("migrate", "--back-to", newest).stderr,
        cli("migrate", "--back-to", "0777").stderr,
    ]

    assert outputs == [
        f"error: pending: {every}\n",
        f"applied: {every}\n",
        "up to date\n",
        "up to date\n",
        f"undone: {', '.join(reversed(REVISIONS[1:]))}\n",
        f"error: pending: {', '.join(REVISIONS[1:])}\n",
        f"error: revision {newest} is not applied: a downgrade needs an earlier revision than the current one\n",
        f"error: revision 0777 does not exist; use one of base, {every}\n",
    ]


def test_drift_fails_the_check_with_a_line_for_each_difference(cli: CLI, migrated: str):
    query(migrated, "DROP INDEX ix_users_role_id")
    query(migrated, "DROP TRIGGER posts_moved" + ("" if migrated.startswith("sqlite:") else " ON posts"))

    result = cli("migrate", "--check")

    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "error: missing: index ix_users_role_id of users",
        "error: missing: trigger posts_moved",
    ]


@pytest.mark.parametrize("command", [["serve"], ["migrate"], ["migrate", "--check"], ["admin", "token"]])
def test_a_newer_database_gives_one_line(cli: CLI, url: str, command: list[str]):
    run.upgrade(url)
    query(url, "UPDATE alembic_version SET version_num = '0777'")

    result = cli(*command)

    assert result.returncode == 1
    [line] = result.stderr.splitlines()
    assert line.startswith("error: the database is at revision 0777, which is unknown to this version")


def test_database_errors_are_reported_without_the_statement(cli: CLI, url: str):
    Path(url.removeprefix("sqlite:///")).parent.mkdir(exist_ok=True) if url.startswith("sqlite:") else None
    query(url, "CREATE TABLE posts (id INTEGER)")

    result = cli("migrate")

    assert result.returncode == 1
    [line] = result.stderr.splitlines()
    assert line.replace('"', "").endswith(" posts already exists")
