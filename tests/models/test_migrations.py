"""Migrations: they agree with the models, go both ways, and may be started twice at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect

from app import migrations
from app.migrations import run
from app.models import metadata

ROOT = Path(__file__).parents[2]
TABLES = {"users", "posts", "sessions", "refresh_tokens"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "accord.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


def tables(url: str) -> set[str]:
    engine = create_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


class TestUpgrade:
    def test_a_new_file_gets_the_tables(self, url: str):
        assert run.upgrade(url) == ["0001"]

        assert tables(url) == TABLES | {"alembic_version"}

    def test_a_second_upgrade_does_nothing(self, url: str):
        run.upgrade(url)

        assert run.upgrade(url) == []

    def test_a_private_database_is_refused(self):
        with pytest.raises(ValueError, match="url"):
            run.upgrade("sqlite://")

    def test_it_says_nothing(self, url: str, capfd: pytest.CaptureFixture[str]):
        run.upgrade(url)

        assert capfd.readouterr() == ("", "")

    def test_an_upgrade_that_fails_in_its_middle_leaves_nothing(self, url: str, path: Path):
        path.parent.mkdir()
        file = sqlite3.connect(path)
        file.execute("CREATE TABLE sessions (id INTEGER)")
        file.close()

        with pytest.raises(Exception, match="table sessions already exists"):
            run.upgrade(url)

        assert tables(url) == {"sessions"}

    @pytest.mark.slow
    def test_processes_that_upgrade_at_once_apply_each_revision_once(self, url: str):
        program = f"from app.migrations import run; print(len(run.upgrade({url!r})))"

        started = [
            subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)
        ]
        printed = sorted(process.communicate()[0].strip() for process in started)

        assert [process.returncode for process in started] == [0, 0, 0]
        assert printed == ["0", "0", "1"]


class TestPending:
    def test_everything_is_pending_where_there_is_no_file_and_none_is_made(self, url: str, path: Path):
        assert migrations.pending(url) == ["0001"]

        assert not path.parent.exists()

    def test_nothing_is_pending_after_an_upgrade(self, url: str):
        run.upgrade(url)

        assert migrations.pending(url) == []


class TestDowngrade:
    def test_data_survives_the_way_down_to_the_same_revision_and_leaves_with_its_tables(self, url: str, path: Path):
        run.upgrade(url)
        file = sqlite3.connect(path)
        file.execute("INSERT INTO users VALUES (1, 'a@b.co', 'a@b.co', 'ada', 'ada', 'x', NULL, NULL, 'user', 1, '2026', 1)")
        file.execute("INSERT INTO posts VALUES (1, 1, 't', 'c', 1, '2026', 1)")
        file.commit()

        assert run.downgrade(url, "0001") == []
        assert file.execute("SELECT count(*) FROM posts").fetchone() == (1,)
        assert run.downgrade(url, "base") == ["0001"]
        file.close()

        assert tables(url) == {"alembic_version"}
        assert run.upgrade(url) == ["0001"]

    def test_rows_that_would_refer_to_nothing_stop_it(self, url: str, path: Path):
        run.upgrade(url)
        file = sqlite3.connect(path)
        file.execute("INSERT INTO posts VALUES (1, 99, 't', 'c', 1, '2026', 1)")
        file.commit()
        file.close()

        with pytest.raises(run.BrokenReferences, match="1 rows refer to nothing, the first in the table posts"):
            run.downgrade(url, "0001")


class TestModels:
    def test_models_and_migrations_agree(self, url: str):
        run.upgrade(url)

        engine = create_engine(url)
        with engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection), metadata)
        engine.dispose()

        assert differences == []

    def test_the_migrated_tables_are_word_for_word_those_of_the_models(self, url: str, tmp_path: Path):
        run.upgrade(url)
        engine = create_engine(f"sqlite:///{tmp_path}/models.db")
        metadata.create_all(engine)
        engine.dispose()

        def schema(path: Path) -> set[str]:
            file = sqlite3.connect(path)
            rows = file.execute("SELECT sql FROM sqlite_schema WHERE sql NOT LIKE '%alembic%'").fetchall()
            file.close()
            return {" ".join(sorted(line.strip(" \t,)") for line in sql.splitlines())) for (sql,) in rows}

        assert schema(Path(url.removeprefix("sqlite:///"))) == schema(tmp_path / "models.db")
