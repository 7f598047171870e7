"""One sqlite3 connection: statements with a time limit, and SQLite's errors in the words of this application."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from typing import Any, Literal, NoReturn, TypeVar

from sqlalchemy.dialects import sqlite

from app.core.database.statements import Compiled
from app.core.errors import ConstraintViolation, ServiceUnavailable

R = TypeVar("R")

DIALECT = sqlite.dialect()

# SQLite asks after so many steps of its virtual machine whether to go on: some 100 us, far more than a look-up by key takes.
_STEPS = 10_000

# SQLite's extended error codes, by their names, in the words of every database.
_CONSTRAINTS: dict[str, Literal["unique", "foreign key", "check", "not null"]] = {
    "SQLITE_CONSTRAINT_UNIQUE": "unique",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "unique",
    "SQLITE_CONSTRAINT_ROWID": "unique",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "foreign key",
    "SQLITE_CONSTRAINT_CHECK": "check",
    "SQLITE_CONSTRAINT_NOTNULL": "not null",
}

_DETAILS = {
    sqlite3.SQLITE_BUSY: "The database is busy. Try again.",
    sqlite3.SQLITE_LOCKED: "The database is busy. Try again.",
    sqlite3.SQLITE_FULL: "The database cannot store more at the moment.",
    sqlite3.SQLITE_INTERRUPT: "The database took too long to answer.",
}


def fail(error: sqlite3.Error) -> NoReturn:
    """Raise the matching ConstraintViolation or ServiceUnavailable, or the error itself if it is a bug of ours."""
    name = getattr(error, "sqlite_errorname", "")
    if name in _CONSTRAINTS:
        raise ConstraintViolation(_CONSTRAINTS[name], str(error), _constraint(name, str(error))) from error
    # A damaged file is a plain DatabaseError. The other classes mean wrong use of the driver.
    if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        raise ServiceUnavailable(_DETAILS.get(_code(error), "The database is not available.")) from error
    raise error


def _constraint(name: str, message: str) -> str:
    """The constraint by our naming convention, which SQLite does not tell: `UNIQUE constraint failed: users.email_key`."""
    told = message.partition(" constraint failed: ")[2]
    if name == "SQLITE_CONSTRAINT_CHECK":
        return told
    if name == "SQLITE_CONSTRAINT_UNIQUE":
        table, columns = told.partition(".")[0], [place.rpartition(".")[2] for place in told.split(", ")]
        return told[len("index '") : -1] if told.startswith("index '") else "_".join(["uq", table, *columns])
    if name in {"SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID"}:
        return f"pk_{told.partition('.')[0]}"
    return ""


def is_busy(error: BaseException | None) -> bool:
    """Whether an error of SQLite says that another connection holds the lock."""
    return _code(error) == sqlite3.SQLITE_BUSY


def _code(error: BaseException | None) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)  # errors of the driver itself have none
    return code & 0xFF  # the upper bytes only say more about the same


class Connection:
    """A connection for one task at a time. Every method blocks; `limit` is the most seconds a statement may take.

    Raises, from every method:
        ConstraintViolation: a constraint does not allow it.
        ServiceUnavailable: the database is locked, full, damaged, not migrated, or the time is up.
    """

    __slots__ = ("_deadline", "_limit", "_raw")

    def __init__(self, path: str, *, limit: float, wait: float) -> None:
        """Open a file; `wait` is how many seconds a statement blocks when another connection holds a lock."""
        # isolation_level None: the driver opens no transactions by itself. Its deferred ones lose updates.
        self._raw = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False, cached_statements=512)
        self._limit = limit
        self._deadline = 0.0
        self._raw.set_progress_handler(self._overtime, _STEPS)

    def _overtime(self) -> bool:
        # The clock is first read here, not when a statement begins, so that short statements do not pay for it.
        now = time.monotonic()
        if self._deadline:
            return now > self._deadline
        self._deadline = now + self._limit
        return False

    @property
    def in_transaction(self) -> bool:
        """False also after an error so grave that SQLite has undone the whole transaction."""
        return self._raw.in_transaction

    def one(self, compiled: Compiled[R], parameters: list[Any]) -> R | None:
        """The first row, or None."""
        if compiled.writes:  # a write is only complete, foreign keys checked, when its last row is read
            rows = self.all(compiled, parameters)
            return rows[0] if rows else None
        self._deadline = 0.0
        try:
            row = self._raw.execute(compiled.sql, parameters).fetchone()
        except sqlite3.Error as error:
            fail(error)
        return None if row is None else compiled.build(row)

    def all(self, compiled: Compiled[R], parameters: list[Any]) -> list[R]:
        """Every row."""
        self._deadline = 0.0
        try:
            rows = self._raw.execute(compiled.sql, parameters).fetchall()
        except sqlite3.Error as error:
            fail(error)
        return compiled.build_all(rows)

    def run(self, compiled: Compiled[None], parameters: list[Any]) -> int:
        """How many rows were changed."""
        self._deadline = 0.0
        try:
            return self._raw.execute(compiled.sql, parameters).rowcount
        except sqlite3.Error as error:
            fail(error)

    def load(self, sql: str, rows: list[Sequence[Any]]) -> int:
        """Run one INSERT for each of many rows; how many."""
        self._deadline = 0.0
        try:
            self._raw.executemany(sql, rows)
        except sqlite3.Error as error:
            fail(error)
        return len(rows)

    def execute(self, sql: str) -> list[Any]:
        """Run SQL as it is: SAVEPOINT, COMMIT, PRAGMA."""
        self._deadline = 0.0
        try:
            return self._raw.execute(sql).fetchall()
        except sqlite3.Error as error:
            fail(error)

    def begin(self) -> bool:
        """Take the write lock, at once; False if another process has it."""
        try:
            self._raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if is_busy(error):
                return False
            fail(error)
        return True

    def rollback(self) -> None:
        """Undo the open transaction, if there is one."""
        if self._raw.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        """Let go of the file; an open transaction is undone."""
        self._raw.close()
