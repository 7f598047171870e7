"""Drift: every manual change of a migrated database is reported in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.migrations import drift, run
from tests.support.databases import query

COUNT_NOTHING = "CREATE OR REPLACE FUNCTION count_posts() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ("CREATE TABLE notes (id INTEGER)", ["unexpected: table notes"]),
        ("DROP TABLE outbox", ["missing: table outbox"]),
        ("ALTER TABLE users ADD COLUMN age INTEGER", ["unexpected: column users.age"]),
        ("ALTER TABLE users DROP COLUMN bio", ["missing: column users.bio"]),
        ("CREATE INDEX ix_users_bio ON users (bio)", ["unexpected: index ix_users_bio of users"]),
        ("DROP INDEX ix_users_role_id", ["missing: index ix_users_role_id of users"]),
        (
            "DROP INDEX ix_users_role_id; CREATE INDEX ix_users_role_id ON users (role)",
            ["different: index ix_users_role_id of users"],
        ),
    ],
)
@pytest.mark.slow
def test_a_changed_table_column_or_index_gives_one_line(migrated: str, change: str, lines: list[str]):
    for statement in change.split(";"):
        query(migrated, statement)

    assert drift.find(migrated) == lines


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ("DROP TRIGGER users_moved ON users", ["missing: trigger users_moved"]),
        ("ALTER TABLE users DISABLE TRIGGER users_added", ["different: trigger users_added"]),
        (
            (
                "CREATE OR REPLACE TRIGGER users_moved AFTER UPDATE ON users FOR EACH ROW WHEN (OLD.role <> NEW.role)"
                " EXECUTE FUNCTION count_users()"
            ),
            ["different: trigger users_moved"],
        ),
        ("CREATE TRIGGER more AFTER INSERT ON posts EXECUTE FUNCTION count_posts()", ["unexpected: trigger more"]),
        (COUNT_NOTHING, ["different: function count_posts"]),
        ("ALTER TABLE users ALTER bio TYPE varchar(20)", ["different: column users.bio (type VARCHAR(20) instead of VARCHAR)"]),
        (
            "ALTER TABLE users ALTER version TYPE integer",
            ["different: column users.version (type INTEGER instead of BIGINT)"],
        ),
        (
            'ALTER TABLE users ALTER full_name_key TYPE varchar COLLATE "default"',
            ["different: column users.full_name_key (collation default instead of C)"],
        ),
        ("ALTER TABLE posts ALTER title DROP NOT NULL", ["different: column posts.title (nullable true instead of false)"]),
        ("ALTER TABLE posts ALTER version SET DEFAULT 1", ["different: column posts.version (default 1 instead of none)"]),
        ("ALTER TABLE posts ALTER id DROP DEFAULT", ["different: column posts.id (no sequence)"]),
        ("ALTER TABLE users DROP CONSTRAINT uq_users_email_key", ["missing: constraint uq_users_email_key of users"]),
        ("ALTER TABLE users DROP CONSTRAINT ck_users_role", ["missing: constraint ck_users_role of users"]),
        (
            "ALTER TABLE users DROP CONSTRAINT ck_users_role, ADD CONSTRAINT ck_users_role CHECK (role IN ('user', 'root'))",
            ["different: constraint ck_users_role of users"],
        ),
        (
            (
                "ALTER TABLE users DROP CONSTRAINT ck_users_role,"
                " ADD CONSTRAINT ck_users_role CHECK (role IN ('user', 'admin')) NOT VALID"
            ),
            ["different: constraint ck_users_role of users (not valid)"],
        ),
        (
            "ALTER TABLE posts RENAME CONSTRAINT fk_posts_author_id TO posts_author_id_fkey",
            ["missing: constraint fk_posts_author_id of posts", "unexpected: constraint posts_author_id_fkey of posts"],
        ),
        (
            (
                "ALTER TABLE posts DROP CONSTRAINT fk_posts_author_id,"
                " ADD CONSTRAINT fk_posts_author_id FOREIGN KEY (author_id) REFERENCES users (id)"
            ),
            ["different: constraint fk_posts_author_id of posts"],
        ),
        (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_users_role_id'::regclass",
            ["different: index ix_users_role_id of users (not valid)"],
        ),
    ],
)
def test_a_change_that_postgresql_allows_gives_one_line(postgresql_url: str, change: str, lines: list[str]):
    run.upgrade(postgresql_url)
    query(postgresql_url, change)

    assert drift.find(postgresql_url) == lines


@pytest.mark.parametrize(
    ("change", "lines"),
    [
        ("DROP TRIGGER posts_added", ["missing: trigger posts_added"]),
        (
            "DROP TRIGGER posts_added; CREATE TRIGGER posts_added AFTER INSERT ON posts BEGIN SELECT 1; END",
            ["different: trigger posts_added"],
        ),
        ("CREATE TRIGGER more AFTER INSERT ON posts BEGIN SELECT 1; END", ["unexpected: trigger more"]),
    ],
)
def test_a_changed_trigger_gives_one_line_on_sqlite(sqlite_url: str, change: str, lines: list[str]):
    run.upgrade(sqlite_url)
    for statement in change.split("; CREATE"):
        query(sqlite_url, statement if statement.startswith(("DROP", "CREATE")) else f"CREATE{statement}")

    assert drift.find(sqlite_url) == lines


def test_looking_for_drift_changes_nothing(sqlite_url: str):
    run.upgrade(sqlite_url)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    before = path.read_bytes()
    path.chmod(0o400)

    assert drift.find(sqlite_url) == []
    assert path.read_bytes() == before
