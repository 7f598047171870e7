"""SQLite: reads on the event loop, writes through a single writer with group commit.

A read by key takes a few microseconds, a switch to a thread twenty. Reads therefore run on the event loop, with a time limit,
on a connection that no writer blocks (write-ahead log). Several processes may share a file.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Table, func, select, table

from app.core.database.sqlite.connection import DIALECT, Connection, is_busy
from app.core.database.sqlite.jobs import Load, Write
from app.core.database.sqlite.opened_files import OpenedFiles
from app.core.database.sqlite.transaction import Transaction
from app.core.database.sqlite.writer import Writer
from app.core.database.statements import Insertion, Statement, bind_rows, statement
from app.core.database.usage import Usage
from app.core.errors import DatabaseUnreachable, ServiceUnavailable
from app.core.files import make_private_file, make_private_folder, restrict_to_owner
from app.core.urls.database import sqlite_path

R = TypeVar("R")

# Seconds that a read may block the event loop while another process locks the whole file, as for recovery after a crash.
_READ_LOCK_TIMEOUT = 0.1

_PING = statement(select(func.count()).select_from(table("sqlite_schema")), int)


async def connect(url: str, *, statement_timeout: float, lock_timeout: float) -> SQLiteDatabase:
    """Open a database file, creating it and its folder if needed; see `app.core.database.connect`."""
    path, private = sqlite_path(url), None
    if path is None:
        # A real in-memory database has either one connection (reads would see uncommitted data) or a shared cache (reads
        # fail during a write). A file in a temporary folder, removed at close, behaves like any other.
        private = tempfile.TemporaryDirectory(prefix="accord-")
        path = Path(private.name, "private.db")
    try:
        reader, writing, files = await asyncio.to_thread(_open, path, statement_timeout, lock_timeout, durable=private is None)
    except (OSError, sqlite3.Error, ServiceUnavailable) as error:
        if private is not None:
            private.cleanup()
        raise DatabaseUnreachable(f"cannot open the SQLite file {path}: {error.__cause__ or error}") from error
    return SQLiteDatabase(reader, Writer(writing, files, lock_timeout), files, private)


def create_file(path: Path) -> None:
    """Create an empty private file and its folder if needed. SQLite gives its other files the mode of this one."""
    make_private_folder(path.parent)
    make_private_file(path)
    for suffix in ("-wal", "-shm", "-journal"):  # left behind by a killed process
        restrict_to_owner(Path(f"{os.path.realpath(path)}{suffix}"))


def _open(
    path: Path, statement_timeout: float, lock_timeout: float, *, durable: bool
) -> tuple[Connection, Connection, OpenedFiles]:
    """The connections for reads and for writes."""
    create_file(path)
    writing = Connection(str(path), limit=statement_timeout, wait=lock_timeout)
    _switch_to_wal(writing, lock_timeout)
    writing.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
    writing.execute("PRAGMA foreign_keys = ON")
    writing.execute("PRAGMA busy_timeout = 0")  # the event loop never waits for a lock: the writer does, in its thread
    reader = Connection(str(path), limit=statement_timeout, wait=_READ_LOCK_TIMEOUT)
    reader.execute("PRAGMA query_only = ON")
    for connection in (writing, reader):  # open the write-ahead log now: later the path might name another file
        connection.execute("SELECT count(*) FROM sqlite_schema")
    return reader, writing, OpenedFiles(path.absolute())


def _switch_to_wal(connection: Connection, timeout: float) -> None:
    """Enable the write-ahead log. SQLite itself does not wait here when several processes start at once."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            [(mode,)] = connection.execute("PRAGMA journal_mode = WAL")
        except ServiceUnavailable as error:
            if not is_busy(error.__cause__) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
            continue
        if mode != "wal":
            raise OSError(f"its file system does not support a write-ahead log (SQLite offers journal mode {mode!r})")
        return


class SQLiteDatabase:
    """A `Database` in one file."""

    def __init__(
        self, reader: Connection, writer: Writer, files: OpenedFiles, private: tempfile.TemporaryDirectory[str] | None
    ) -> None:
        self._reader, self._writer, self._files, self._private = reader, writer, files, private

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        """The first row, or None."""
        compiled = statement.compiled(DIALECT)
        parameters = compiled.parameters(values)
        if compiled.writes:
            return await self._writer.perform(Write(Connection.one, compiled, parameters))
        return self._reader.one(compiled, parameters)

    async def one_with(self, statement: Statement[R], values: Mapping[str, object], *insertions: Insertion) -> R | None:
        """The row of a write, or None; with the insertions, in one transaction."""
        async with self.transaction() as transaction:
            return await transaction.one_with(statement, values, *insertions)

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        """Every row."""
        compiled = statement.compiled(DIALECT)
        parameters = compiled.parameters(values)
        if compiled.writes:
            return await self._writer.perform(Write(Connection.all, compiled, parameters))
        return self._reader.all(compiled, parameters)

    async def run(self, statement: Statement[None], /, **values: object) -> int:
        """The number of rows changed by a command."""
        compiled = statement.compiled(DIALECT)
        return await self._writer.perform(Write(Connection.run, compiled, compiled.parameters(values)))

    async def load(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Insert many rows in the writer's thread in one transaction, and return their number."""
        preparer = DIALECT.identifier_preparer
        names = ", ".join(preparer.quote(table.c[name].name) for name in columns)
        sql = f"INSERT INTO {preparer.format_table(table)} ({names}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - names of our own tables
        return await self._writer.perform(Load(sql, bind_rows(table, columns, rows, DIALECT)))

    def transaction(self) -> Transaction:
        """Statements that take effect together; the body runs when it is its turn."""
        return Transaction(self._writer)

    async def ping(self) -> None:
        """Run a read, and check that the writer is running and the opened files are still in place."""
        await self.one(_PING)
        if self._writer.closed:
            raise ServiceUnavailable("The database is closed.")
        self._files.check()

    @property
    def usage(self) -> Usage:
        """How busy the writer is."""
        return self._writer.usage

    async def close(self) -> None:
        """Finish pending commits, move the write-ahead log into the file, close it."""
        await self._writer.close()
        self._reader.close()
        if self._private is not None:
            self._private.cleanup()
