"""A small table and its statements, for tests of the databases themselves.

As a program, `python -m tests.app.core.database.notes add|raise URL`: writes until it is killed, or counts one
number up 60 times.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    MetaData,
    String,
    bindparam,
    column,
    create_engine,
    delete,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.core.clock import utc_now
from app.core.database import Database, connect, retry_on_conflict
from app.core.database.postgres import PostgresDatabase
from app.core.database.sqlite import SQLiteDatabase
from app.core.database.statements import command, insert, statement
from app.core.errors import TransactionConflict
from app.models.base import Base as Models
from app.models.base import UtcDateTime
from tests.support.servers.postgres import Running


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=Models.metadata.naming_convention)


class Note(Base):
    __tablename__ = "notes"
    __table_args__ = (CheckConstraint("word <> ''", name="word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(50), unique=True)
    number: Mapped[int] = mapped_column(default=0)
    is_done: Mapped[bool] = mapped_column(Boolean, default=False)
    above_id: Mapped[int | None] = mapped_column(ForeignKey("notes.id"))
    written_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class NoteRow(msgspec.Struct):
    id: int
    word: str
    number: int
    is_done: bool
    above_id: int | None
    written_at: datetime


TABLE = Note.metadata.tables["notes"]
COLUMNS = (Note.id, Note.word, Note.number, Note.is_done, Note.above_id, Note.written_at)

INSERT = statement(insert(Note).values(word=bindparam("word")).returning(*COLUMNS), NoteRow)
OFFER = statement(insert(Note).values(word=bindparam("word")).on_conflict_do_nothing().returning(*COLUMNS), NoteRow)
BELOW = command(insert(Note).values(word=bindparam("word"), above_id=bindparam("above_id")))
GET = statement(select(*COLUMNS).where(Note.word == bindparam("word")), NoteRow)
ALL = statement(select(*COLUMNS).order_by(Note.id), NoteRow)
COUNT = statement(select(func.count()).select_from(Note), int)
SET = command(update(Note).where(Note.word == bindparam("word")).values(number=bindparam("value")))
# Optimistic locking: a read-modify-write for READ COMMITTED.
SWAP = command(
    update(Note).where(Note.word == bindparam("word"), Note.number == bindparam("before")).values(number=bindparam("value"))
)
DELETE = command(delete(Note).where(Note.word == bindparam("word")))

# Seconds of work, in a read and in a write.
_NUMBERS = text(
    "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000000) SELECT max(i) AS i FROM n) AS n"
)
ENDLESS = statement(select(func.max(column("i"))).select_from(_NUMBERS), int)
ENDLESS_WRITE = command(update(Note).values(number=select(column("i")).select_from(_NUMBERS).scalar_subquery()))


async def opened(url: str, **settings: Any) -> SQLiteDatabase:
    """A SQLite database with the table, created if needed."""
    database = await connect(url, **settings)
    assert isinstance(database, SQLiteDatabase)
    engine = create_engine(f"sqlite:///{path_of(database)}")
    Base.metadata.create_all(engine)
    engine.dispose()
    return database


def path_of(database: SQLiteDatabase) -> str:
    """The file of a database, also of a private one."""
    [(_, _, path)] = database._reader.execute("PRAGMA database_list")  # noqa: SLF001 - no caller of the service needs it
    return str(path)


async def opened_on(server: Running, name: str, **settings: Any) -> PostgresDatabase:
    """A PostgreSQL database with the table, created if needed."""
    prepare(server, name)
    database = await connect(server.url(name), **settings)
    assert isinstance(database, PostgresDatabase)
    return database


def prepare(server: Running, name: str) -> None:
    """Create the database with the table if needed."""
    if not server.execute(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608 - a name of a test
        server.create(name)
    engine = create_engine(server.url(name).replace("postgresql:", "postgresql+psycopg:", 1))
    Base.metadata.create_all(engine)
    engine.dispose()


@retry_on_conflict
async def count_up(database: Database) -> None:
    """Increment the number of the note `counter`; start over after a concurrent change."""
    async with database.transaction() as transaction:
        note = await transaction.one(GET, word="counter")
        await asyncio.sleep(0)
        assert note is not None
        if not await transaction.run(SWAP, word="counter", before=note.number, value=note.number + 1):
            raise TransactionConflict("overtaken")


def traced(database: SQLiteDatabase) -> list[str]:
    """Records the SQL of the writer."""
    seen: list[str] = []
    database._writer.connection._raw.set_trace_callback(seen.append)  # noqa: SLF001 - what reaches SQLite is only visible here
    return seen


async def _add(database: Database, writer: int) -> None:
    for number in range(1_000_000):
        await database.one(INSERT, word=f"{writer}-{number}")
        sys.stdout.write(f"{writer}-{number}\n")
        sys.stdout.flush()


async def _raise(database: Database) -> None:
    for _ in range(60):
        async with database.transaction() as transaction:
            note = await transaction.one(GET, word="counter")
            assert note is not None
            await transaction.run(SET, word="counter", value=note.number + 1)


async def _main(what: str, url: str) -> None:
    database = await connect(url, lock_timeout=30)
    if what == "add":
        await asyncio.gather(*(_add(database, writer) for writer in range(8)))
    else:
        await _raise(database)
    await database.close()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))
