"""Concurrent migrations, and migrations during traffic."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from app import migrations
from app.migrations import MigrationError, locking, run
from tests.app.models.history import LAST, following, versions
from tests.support.databases import query
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow

ALTER = """
def upgrade():
    op.add_column("posts", sa.Column("note", sa.String()))
    op.add_column("users", sa.Column("note", sa.String()))

def downgrade():
    op.drop_column("users", "note")
    op.drop_column("posts", "note")
"""


def test_concurrent_upgrades_apply_each_revision_once(url: str):
    program = f"from app.migrations import run; print(len(run.upgrade({url!r})))"

    started = [subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    printed = sorted(process.communicate()[0].strip() for process in started)

    assert [process.returncode for process in started] == [0, 0, 0]
    assert printed == ["0", "0", str(len(migrations.REVISIONS))]
    assert migrations.pending(url) == []


def test_who_waits_has_no_transaction_for_which_an_index_would_wait(postgresql_url: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(locking, "_INTERVAL", 1)
    waiting = threading.Thread(target=run.upgrade, args=(postgresql_url,))
    with psycopg.connect(postgresql_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", (locking.LOCK_KEY,))
        waiting.start()
        attempts = "SELECT state FROM pg_stat_activity WHERE query IN ('ROLLBACK', 'SELECT 1') AND datname = current_database()"
        while not (states := query(postgresql_url, attempts)):
            assert waiting.is_alive()
    waiting.join()

    assert states == [("idle",)]


def test_a_process_killed_during_a_migration_leaves_neither_changes_nor_locks(
    postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    run.upgrade(postgresql_url)
    with monkeypatch.context() as patch:
        slow = versions(
            tmp_path, patch, ALTER.replace("def downgrade", '    op.execute("SELECT pg_sleep(600)")\n\ndef downgrade')
        )
    program = (
        "import pathlib; from app.migrations import run;"
        f" run.VERSIONS = pathlib.Path({str(slow)!r}); run.upgrade({postgresql_url!r})"
    )
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    sleeping = "FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
    while not query(postgresql_url, f"SELECT 1 {sleeping}"):
        assert process.poll() is None

    process.kill()
    process.wait()
    query(postgresql_url, f"SELECT pg_terminate_backend(pid) {sleeping}")  # PostgreSQL itself would only notice at its end

    assert run.upgrade(postgresql_url) == []
    versions(tmp_path / "quick", monkeypatch, ALTER)
    assert run.upgrade(postgresql_url) == following(1)


class TestTraffic:
    def test_a_table_that_stays_locked_fails_the_migration_without_changes(
        self, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        run.upgrade(postgresql_url)
        versions(tmp_path, monkeypatch, ALTER)
        monkeypatch.setattr(locking, "_PAUSES", (0.05, 0.05))

        with psycopg.connect(postgresql_url) as other:
            other.execute("SELECT * FROM users")  # posts is free, so a part was done each time
            with pytest.raises(MigrationError, match="other transactions held a lock on a table in all 3 attempts"):
                run.upgrade(postgresql_url)

        assert query(postgresql_url, "SELECT 1 FROM information_schema.columns WHERE column_name = 'note'") == []
        assert query(postgresql_url, "SELECT version_num FROM alembic_version") == [(LAST,)]

    def test_it_retries_until_the_table_is_unlocked(self, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        run.upgrade(postgresql_url)
        versions(tmp_path, monkeypatch, ALTER)
        applied: list[list[str]] = []

        with psycopg.connect(postgresql_url) as other:
            other.execute("SELECT * FROM users")
            thread = threading.Thread(target=lambda: applied.append(run.upgrade(postgresql_url)))
            thread.start()
            # Who comes after the migration has to wait behind it, and is served although the table stays busy.
            for _ in range(5):
                query(postgresql_url, "UPDATE users SET bio = bio")
            other.rollback()
            thread.join()

        assert applied == [following(1)]
