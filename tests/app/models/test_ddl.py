"""DDL for revisions: online indexes, and altered columns on SQLite without loss."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import psycopg
import pytest

from app import migrations
from app.migrations import drift, run
from tests.app.models.history import LAST, add_post, add_rows_at_0001, add_user, counted, following, real, versions
from tests.support.databases import Connection, query

INDEX = """
def upgrade():
    ddl.create_index("ix_posts_title", "posts", ["title"])

def downgrade():
    ddl.drop_index("ix_posts_title", "posts")
"""

NOTE = """
def upgrade():
    op.create_table("notes", sa.Column("id", sa.Integer()))

def downgrade():
    op.drop_table("notes")
"""

ALTERED = """
def upgrade():
    with ddl.alter_table("users") as users:
        users.alter_column("bio", nullable=False, server_default="", existing_type=sa.String())

def downgrade():
    with ddl.alter_table("users") as users:
        users.alter_column("bio", nullable=True, server_default=None, existing_type=sa.String())
"""


def test_an_index_is_built_and_dropped_online_on_both_databases(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    versions(tmp_path, monkeypatch, NOTE, INDEX, NOTE.replace("notes", "more"))

    assert run.upgrade(url) == [*migrations.REVISIONS, *following(3)]
    assert drift.find(url) == ["unexpected: index ix_posts_title of posts", "unexpected: table more", "unexpected: table notes"]
    assert run.downgrade(url, LAST) == following(3)[::-1]
    assert drift.find(url) == []


@pytest.mark.slow
class TestOnline:
    def test_an_online_index_does_not_block_writers_but_other_migrations(
        self, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        run.upgrade(postgresql_url)
        versions(tmp_path, monkeypatch, INDEX)
        applied: list[list[str]] = []
        with Connection(postgresql_url) as connection:
            add_user(connection, "a")

        def migrate() -> None:
            applied.append(run.upgrade(postgresql_url))

        with psycopg.connect(postgresql_url) as writer:
            writer.execute("LOCK TABLE posts IN ROW EXCLUSIVE MODE")  # as a writer does whose transaction stays open
            threads = [threading.Thread(target=migrate) for _ in range(2)]
            for thread in threads:
                thread.start()
            wait_for(
                postgresql_url, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%' AND state = 'active'"
            )
            with Connection(postgresql_url) as connection:
                add_post(connection, 1)  # does not wait
            assert applied == []
            writer.commit()
        for thread in threads:
            thread.join()

        assert sorted(applied) == [[], following(1)]
        assert drift.find(postgresql_url) == ["unexpected: index ix_posts_title of posts"]

    def test_a_failed_index_is_rebuilt_by_the_next_attempt_and_earlier_revisions_stay(
        self, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        unique = INDEX.replace('["title"]', '["title"], unique=True')
        versions(tmp_path, monkeypatch, NOTE, unique)
        with pytest.MonkeyPatch.context() as patch:
            versions(tmp_path / "before", patch, until="0001")
            run.upgrade(postgresql_url)
        with Connection(postgresql_url) as connection:
            add_rows_at_0001(connection)  # of equal titles

        with pytest.raises(Exception, match="could not create unique index"):
            run.upgrade(postgresql_url)
        failed = drift.find(postgresql_url)
        query(postgresql_url, "UPDATE posts SET title = 'title ' || id")

        assert "different: index ix_posts_title of posts (not valid)" in failed
        assert query(postgresql_url, "SELECT version_num FROM alembic_version") == [tuple(following(1))]
        assert run.upgrade(postgresql_url) == following(2)[1:]
        assert "different: index ix_posts_title of posts (not valid)" not in drift.find(postgresql_url)


class TestAltered:
    def test_altering_a_column_keeps_triggers_checks_keys_rows_and_the_last_id(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        with monkeypatch.context() as patch:
            versions(tmp_path / "before", patch, until="0001")
            run.upgrade(url)
        with Connection(url) as connection:
            add_rows_at_0001(connection)
            connection.execute("UPDATE users SET bio = 'b'")
            if not url.startswith("sqlite:"):
                connection.execute("SELECT setval('users_id_seq', 6)")
            connection.execute("DELETE FROM users WHERE id = 6")  # the last
        versions(tmp_path, monkeypatch, ALTERED)

        run.upgrade(url)
        assert [line.partition(" (")[0] for line in drift.find(url)] == ["different: column users.bio"]
        with Connection(url) as connection:
            add_user(connection, "n", "admin")
            connection.execute("DELETE FROM users WHERE id = 1")
            assert [row["id"] for row in connection.execute("SELECT id FROM users ORDER BY id")] == [2, 3, 4, 5, 7]
            assert counted(connection) == real(connection)
            assert connection.execute("SELECT count(*) AS n FROM posts")[0]["n"] == 1  # those of 1 and 6 went with them
        run.downgrade(url, LAST)

        assert drift.find(url) == []


def wait_for(url: str, sql: str) -> None:
    deadline = time.monotonic() + 20
    while not query(url, sql):
        assert time.monotonic() < deadline, f"never: {sql}"
        time.sleep(0.02)
