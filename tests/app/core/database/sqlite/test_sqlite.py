"""SQLite: URLs, errors, and the time limit of reads."""

from __future__ import annotations

import shutil
import sqlite3
import time
from pathlib import Path

import pytest

from app.core.database import connect
from app.core.database.sqlite import SQLiteDatabase
from app.core.errors import ServiceUnavailable
from tests.app.core.database.notes import ALL, COUNT, INSERT, opened, path_of

pytestmark = pytest.mark.anyio


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


class TestAddresses:
    async def test_the_folder_of_the_file_is_created(self, tmp_path: Path):
        database = await connect(f"sqlite:///{tmp_path}/new/folder/notes.db")
        await database.close()

        assert (tmp_path / "new/folder/notes.db").exists()

    async def test_a_relative_file_is_found_from_the_working_directory(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.chdir(tmp_path)

        database = await connect("sqlite:///notes.db")
        await database.close()

        assert (tmp_path / "notes.db").exists()

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
    async def test_a_private_database_is_deleted_on_close(self, url: str):
        database = await opened(url)
        await database.one(INSERT, word="a")

        path = path_of(database)

        assert await database.one(COUNT) == 1

        await database.close()
        assert not Path(path).parent.exists()

    async def test_two_private_databases_share_nothing(self):
        first, second = await opened("sqlite://"), await opened("sqlite://")
        await first.one(INSERT, word="a")

        assert await second.one(COUNT) == 0

        await first.close()
        await second.close()

    async def test_an_unknown_scheme_is_rejected_without_repeating_secrets(self):
        with pytest.raises(ValueError, match=r"mysql:// is not known; a database URL is sqlite:///relative\.db") as caught:
            await connect("mysql://root:hunter2@host/db")

        assert "hunter2" not in str(caught.value)

    async def test_a_url_with_a_host_is_rejected(self):
        with pytest.raises(ValueError, match="sqlite:////absolute"):
            await connect("sqlite://notes.db")

    async def test_a_file_that_cannot_be_opened_is_named(self, tmp_path: Path):
        with pytest.raises(ConnectionError, match=f"cannot open the SQLite file {tmp_path}: unable to open"):
            await connect(f"sqlite:///{tmp_path}")

    async def test_a_file_that_is_not_a_database_is_named(self, tmp_path: Path):
        (tmp_path / "notes.db").write_text("Dear diary, today I have learnt what a header is. " * 100)

        with pytest.raises(ConnectionError, match="file is not a database"):
            await connect(f"sqlite:///{tmp_path}/notes.db")


class TestSafety:
    async def test_a_commit_waits_for_the_disk(self, database: SQLiteDatabase):
        assert database._writer.connection.execute("PRAGMA synchronous") == [(2,)]  # noqa: SLF001 - 2 is FULL

    async def test_the_driver_opens_no_transactions_by_itself(self, database: SQLiteDatabase):
        await database.one(COUNT)

        assert not database._reader.in_transaction  # noqa: SLF001 - nowhere else to see

    async def test_the_log_is_moved_into_the_file_at_close(self, url: str, tmp_path: Path):
        database = await opened(url)
        await database.one(INSERT, word="a")
        await database.close()

        assert names(tmp_path) == ["notes.db"]


class TestOutages:
    async def test_a_missing_table_is_an_outage(self, url: str):
        database = await connect(url)

        with pytest.raises(ServiceUnavailable) as outage:
            await database.all(ALL)

        assert outage.value.detail == "The database is not available."
        assert isinstance(outage.value.__cause__, sqlite3.OperationalError)
        await database.close()

    @pytest.mark.parametrize("suffix", ["", "-wal", "-shm"])
    async def test_a_removed_file_stops_writes_until_it_is_back(self, database: SQLiteDatabase, tmp_path: Path, suffix: str):
        await database.ping()
        path = tmp_path / f"notes.db{suffix}"
        path.rename(tmp_path / "moved")

        for _ in range(2):
            with pytest.raises(ServiceUnavailable):
                await database.one(INSERT, word="a")
        with pytest.raises(ServiceUnavailable):
            async with database.transaction() as transaction:
                await transaction.one(INSERT, word="a")
        with pytest.raises(ServiceUnavailable):
            await database.ping()

        (tmp_path / "moved").rename(path)
        await database.ping()
        assert await database.one(COUNT) == 0
        assert await database.one(INSERT, word="a") is not None

    async def test_a_replaced_file_stops_writes_permanently(self, database: SQLiteDatabase, tmp_path: Path, capsys):
        shutil.copy(tmp_path / "notes.db", tmp_path / "copy.db")
        (tmp_path / "copy.db").rename(tmp_path / "notes.db")

        for _ in range(2):
            with pytest.raises(ServiceUnavailable) as outage:
                await database.one(INSERT, word="a")

        log = capsys.readouterr().out
        assert outage.value.detail == "The database is not available."
        assert log.count("rejecting writes until") == log.count(f"{tmp_path}/notes.db was replaced") == 1

    async def test_a_write_is_not_acknowledged_if_the_file_is_removed_during_the_commit(
        self, database: SQLiteDatabase, tmp_path: Path
    ):
        async def write() -> None:
            async with database.transaction() as transaction:
                await transaction.one(INSERT, word="a")
                (tmp_path / "notes.db").unlink()

        with pytest.raises(ServiceUnavailable, match="the outcome is not known"):
            await write()


class TestReads:
    async def test_a_reader_is_not_blocked_by_another_process_that_writes(self, database: SQLiteDatabase, url: str):
        other = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        start = time.monotonic()

        assert await database.one(COUNT) == 0

        assert time.monotonic() - start < 0.05
        other.close()
