"""Migrations agree with the models, and upgrade and downgrade tables with rows, on both databases."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app import migrations
from app.migrations import NewerDatabase, drift, run
from app.models import metadata
from tests.app.models.history import (
    FULL_NAMES,
    INSTANT,
    add_post,
    add_rows_at_0001,
    add_user,
    counted,
    following,
    real,
    versions,
)
from tests.support.databases import Connection, query
from tests.support.servers.postgres import Running

TABLES = set(metadata.tables)


def tables(url: str) -> set[str]:
    names = (
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        if url.startswith("sqlite:")
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    return {row[0] for row in query(url, names)}


def statements(sql: str) -> str:
    """The parts of a CREATE TABLE, sorted: ALTER TABLE adds columns at the end."""
    inner = re.sub(r"^(CREATE TABLE \w+) \((.*)\)$", r"\1,\2", " ".join(sql.split()))
    return " | ".join(sorted(part.strip() for part in re.split(r",(?![^()]*\))", inner)))


class TestUpgrade:
    def test_an_empty_database_gets_the_tables(self, url: str):
        assert run.upgrade(url) == migrations.REVISIONS

        assert tables(url) == TABLES | {"alembic_version"}

    def test_a_second_upgrade_does_nothing(self, migrated: str):
        assert run.upgrade(migrated) == []

    def test_a_private_database_is_rejected(self):
        with pytest.raises(ValueError, match="name a file"):
            run.upgrade("sqlite://")

    @pytest.mark.slow
    def test_an_unreachable_database_is_reported_without_its_password(self, postgres: Running):
        with pytest.raises(ConnectionError, match=r"cannot connect to PostgreSQL at .*nowhere") as refused:
            run.upgrade(postgres.url("nowhere").replace("postgres@", "postgres:secret@"))

        assert "secret" not in str(refused.value)

    def test_it_prints_nothing(self, url: str, capfd: pytest.CaptureFixture[str]):
        run.upgrade(url)

        assert capfd.readouterr() == ("", "")

    @pytest.mark.anyio
    async def test_it_may_be_called_while_a_loop_runs(self, url: str):
        assert run.upgrade(url) == migrations.REVISIONS

    @pytest.mark.parametrize("table", ["sessions", "outbox"])
    def test_a_failed_upgrade_leaves_nothing(self, url: str, table: str):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(exist_ok=True) if url.startswith("sqlite:") else None
        query(url, f"CREATE TABLE {table} (id INTEGER)")

        with pytest.raises(Exception, match=f'"?{table}"? already exists'):
            run.upgrade(url)

        assert tables(url) == {table}

    def test_a_newer_database_is_rejected_and_unchanged(self, migrated: str):
        query(migrated, "UPDATE alembic_version SET version_num = '0777'")

        for work in (migrations.pending, run.upgrade, lambda url: run.downgrade(url, "0001")):
            with pytest.raises(NewerDatabase, match=r"at revision 0777, which is unknown to this version \(its latest is 0"):
                work(migrated)

        assert query(migrated, "SELECT version_num FROM alembic_version") == [("0777",)]


class TestPending:
    def test_all_revisions_are_pending_without_a_file_and_none_is_created(self, sqlite_url: str, tmp_path: Path):
        assert migrations.pending(sqlite_url) == migrations.REVISIONS

        assert list(tmp_path.iterdir()) == []

    def test_pending_revisions_of_empty_older_and_current_databases(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        if not url.startswith("sqlite:"):
            assert migrations.pending(url) == migrations.REVISIONS
        with monkeypatch.context() as patch:
            versions(tmp_path, patch, until="0001")
            run.upgrade(url)

        assert migrations.pending(url) == migrations.REVISIONS[1:]
        run.upgrade(url)
        assert migrations.pending(url) == []


class TestHistory:
    def test_0002_fills_keys_and_counters_and_its_downgrade_keeps_the_rows(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        with monkeypatch.context() as patch:
            versions(tmp_path / "before", patch, until="0001")
            run.upgrade(url)
        versions(tmp_path, monkeypatch, until="0002")
        old = [
            "SELECT id, email, email_key, username, username_key, full_name, role, is_active FROM users ORDER BY id",
            "SELECT id, author_id, title, content, is_published, created_at FROM posts ORDER BY id",
            "SELECT * FROM sessions",
            "SELECT * FROM refresh_tokens",
        ]
        with Connection(url) as connection:
            add_rows_at_0001(connection)
            before = [connection.execute(sql) for sql in old]

            assert run.upgrade(url) == ["0002"]
            keys = connection.execute("SELECT id, full_name_key FROM users")
            counters = counted(connection)
            connection.execute("UPDATE posts SET is_published = true, title = 'new' WHERE id = 2")
            assert counted(connection) == real(connection)
            connection.execute("UPDATE posts SET is_published = false, title = 'Déjà vu' WHERE id = 2")

            assert run.downgrade(url, "0001") == ["0002"]
            after = [connection.execute(sql) for sql in old]
            assert run.upgrade(url) == ["0002"]
            again = counted(connection)

        assert {row["id"]: row["full_name_key"] for row in keys} == {
            number: name and name.casefold() for number, name in FULL_NAMES.items()
        }
        assert (
            counters
            == again
            == {
                "users:admin:active": 1,
                "users:user:active": 3,
                "users:user:inactive": 2,
                "posts:published": 3,
            }
        )
        assert [len(rows) for rows in before] == [6, 4, 1, 1]
        assert after == before

    def test_0004_renames_columns_of_the_outbox_and_keeps_its_items_both_ways(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        with monkeypatch.context() as patch:
            versions(tmp_path, patch, until="0003")
            run.upgrade(url)
        new = "INSERT INTO outbox (id, topic, payload, created_at, available_at, attempts) VALUES (?, 't', '{}', ?, ?, 0)"
        with Connection(url) as connection:
            for number in (1, 2):
                connection.execute(new, (number, INSTANT, INSTANT))
            connection.execute("UPDATE outbox SET lease = 'worker' WHERE id = 1")
            connection.execute("UPDATE outbox SET died_at = ? WHERE id = 2", (INSTANT,))
            before = [tuple(row) for row in connection.execute("SELECT * FROM outbox ORDER BY id")]

            assert run.upgrade(url)[0] == "0004"
            connection.execute(new, (3, INSTANT, INSTANT))  # a service of the previous revision still adds items
            [claimed] = connection.execute("SELECT id FROM outbox WHERE claimed_by = 'worker'")
            [failed] = connection.execute("SELECT id FROM outbox WHERE failed_at IS NOT NULL")
            connection.execute("DELETE FROM outbox WHERE id = 3")
            assert run.downgrade(url, "0003")[-1] == "0004"
            after = [tuple(row) for row in connection.execute("SELECT * FROM outbox ORDER BY id")]

        assert (claimed["id"], failed["id"]) == (1, 2)
        assert after == before

    def test_0011_fills_in_whose_data_the_outbox_and_deliveries_have(
        self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        with monkeypatch.context() as patch:
            versions(tmp_path, patch, until="0010")
            run.upgrade(url)
        mails = ['{"to":"Ada@example.com","user_id":null}', '{"to":"new@example.com","user_id":7}', '{"number":1}']
        data = ['{"id":7,"email":"a@example.com"}', '{"id":9,"author_id":7}', '{"id":7}']
        with Connection(url) as connection:
            for payload in mails * 400:  # more than a batch
                connection.execute(
                    "INSERT INTO outbox (topic, payload, created_at, available_at, attempts) VALUES ('t', ?, ?, ?, 0)",
                    (payload, INSTANT, INSTANT),
                )
            connection.execute(
                "INSERT INTO webhooks (id, url, events, is_active, secret, available_at, created_at, version)"
                " VALUES (1, 'u', 'e', true, 's', ?, ?, 1)",
                (INSTANT, INSTANT),
            )
            for payload in data:
                connection.execute(
                    "INSERT INTO webhook_deliveries (webhook_id, message_id, event, payload, status, attempts, created_at)"
                    " VALUES (1, 'm', 'e', ?, 'pending', 0, ?)",
                    (f'{{"data":{payload}}}', INSTANT),
                )

            assert run.upgrade(url)[0] == "0011"
            subjects = connection.execute("SELECT subject, count(*) FROM outbox GROUP BY subject")
            users = connection.execute("SELECT user_id FROM webhook_deliveries ORDER BY id")

        assert {tuple(row) for row in subjects} == {("ada@example.com", 400), ("user:7", 400), (None, 400)}
        assert [row["user_id"] for row in users] == [7, 7, None]

    def test_a_full_downgrade_leaves_nothing_and_can_be_upgraded_again(self, migrated: str):
        assert run.downgrade(migrated, migrations.REVISIONS[-1]) == []
        assert run.downgrade(migrated, "base") == migrations.REVISIONS[::-1]

        assert tables(migrated) == {"alembic_version"}
        assert run.upgrade(migrated) == migrations.REVISIONS
        assert drift.find(migrated) == []

    def test_ids_are_not_reused_after_an_upgrade(self, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        with monkeypatch.context() as patch:
            versions(tmp_path, patch, until="0001")
            run.upgrade(url)
        with Connection(url) as connection:
            add_user(connection, "a")
            add_post(connection, 1)
            connection.execute("DELETE FROM posts")

            run.upgrade(url)
            add_post(connection, 1)

            assert connection.execute("SELECT id FROM posts") == [(2,)]

    @pytest.mark.parametrize("revision", ["0777", "0002; DROP", ""])
    def test_an_unknown_revision_is_rejected(self, migrated: str, revision: str):
        with pytest.raises(ValueError, match="does not exist"):
            run.downgrade(migrated, revision)

    def test_rows_that_reference_missing_rows_stop_it(self, sqlite_url: str):
        run.upgrade(sqlite_url)
        file = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))
        file.execute(
            "INSERT INTO posts (author_id, title, content, is_published, created_at, version) VALUES (99, '', '', 1, '', 1)"
        )
        file.commit()
        file.close()

        with pytest.raises(migrations.MigrationError, match="1 rows reference missing rows, the first in the table posts"):
            run.downgrade(sqlite_url, "0001")


class TestModels:
    def test_models_and_migrations_agree(self, migrated: str):
        assert drift.find(migrated) == []

    def test_migrated_and_modelled_tables_have_the_same_sql(self, sqlite_url: str, tmp_path: Path):
        run.upgrade(sqlite_url)
        engine = create_engine(f"sqlite:///{tmp_path}/models.db")
        metadata.create_all(engine)
        engine.dispose()

        def schema(url: str) -> set[str]:
            rows = query(url, "SELECT sql FROM sqlite_schema WHERE type <> 'trigger' AND sql NOT LIKE '%alembic%'")
            return {statements(sql) for (sql,) in rows}

        assert schema(sqlite_url) == schema(f"sqlite:///{tmp_path}/models.db")

    @pytest.mark.slow
    def test_migrated_and_modelled_tables_are_equal_in_the_catalogs_of_postgresql(self, postgresql_url: str, postgres: Running):
        run.upgrade(postgresql_url)
        other = postgres.create("made_by_models")
        engine = create_engine(other.replace("postgresql:", "postgresql+psycopg:"))
        metadata.create_all(engine)
        engine.dispose()

        def schema(url: str) -> set[str]:
            columns = (
                "SELECT concat_ws(' ', relname, attname, format_type(atttypid, atttypmod), attnotnull, attcollation,"
                " pg_get_expr(adbin, adrelid)) FROM pg_attribute JOIN pg_class c ON c.oid = attrelid"
                " LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
                " WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped"
            )
            constraints = (
                "SELECT conname || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            )
            indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'"
            found = [row[0] for sql in (columns, constraints, indexes) for row in query(url, sql)]
            return {text for text in found if "alembic" not in text}

        assert schema(postgresql_url) == schema(other)
        assert len(schema(other)) > 80

    @pytest.mark.slow
    def test_keys_are_compared_by_their_bytes_on_postgresql(self, postgresql_url: str):
        run.upgrade(postgresql_url)

        rows = query(
            postgresql_url,
            "SELECT column_name, collation_name FROM information_schema.columns"
            " WHERE table_name = 'users' AND column_name LIKE '%\\_key' ORDER BY 1",
        )

        assert rows == [("email_key", "C"), ("full_name_key", "C"), ("username_key", "C")]


class TestRevise:
    @pytest.mark.slow
    def test_a_revision_generated_on_postgresql_works_on_both_databases(
        self, postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        folder = versions(tmp_path, monkeypatch)
        run.upgrade(postgresql_url)
        query(postgresql_url, "ALTER TABLE users DROP COLUMN full_name_key")
        query(postgresql_url, "ALTER TABLE users ALTER bio SET NOT NULL")
        query(postgresql_url, "DROP TABLE outbox")

        path = run.revise(postgresql_url, "What is missing")
        text = path.read_text()

        assert path == folder / f"{following(1)[0]}_what_is_missing.py"
        assert "ddl.alter_table('users')" in text
        assert "from app.migrations import ddl\n" in text
        assert "batch_alter_table" not in text
        assert """sa.Column('full_name_key', sa.String().with_variant(sa.String(collation="C"), "postgresql")""" in text
        assert """sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), "sqlite")""" in text
        assert run.upgrade(postgresql_url) == following(1)
        assert drift.find(postgresql_url) == []
