"""A sqlite3 connection with statement timeouts, and the translation of its errors into those of `app.core.errors`."""

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

# SQLite calls the progress handler after so many steps of its virtual machine: about 100 us, far longer than a read by key.
_STEPS = 10_000

# Kinds of constraints by SQLite's extended error code.
_CONSTRAINTS: dict[str, Literal["unique", "foreign key", "check", "not null"]] = {
    "SQLITE_CONSTRAINT_UNIQUE": "unique",
    "SQLITE_CONSTRAINT_PRIMARYKEY": "unique",
    "SQLITE_CONSTRAINT_ROWID": "unique",
    "SQLITE_CONSTRAINT_FOREIGNKEY": "foreign key",
    "SQLITE_CONSTRAINT_CHECK": "check",
    "SQLITE_CONSTRAINT_NOTNULL": "not null",
}

BUSY = "The database is busy. Try again."
UNAVAILABLE = "The database is not available."

_DETAILS = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: "The database cannot store more at the moment.",
    sqlite3.SQLITE_INTERRUPT: "The database took too long to answer.",
}


def raise_translated(error: sqlite3.Error) -> NoReturn:
    """Raise the matching ConstraintViolation or ServiceUnavailable, or the error itself if it is a bug of ours."""
    name = getattr(error, "sqlite_errorname", "")
    if name in _CONSTRAINTS:
        raise ConstraintViolation(_CONSTRAINTS[name], str(error), _constraint(name, str(error))) from error
    # A corrupt file raises a plain DatabaseError. The other classes mean misuse of the driver.
    if isinstance(error, sqlite3.OperationalError) or type(error) is sqlite3.DatabaseError:
        raise ServiceUnavailable(_DETAILS.get(_code(error), UNAVAILABLE)) from error
    raise error


def _constraint(name: str, message: str) -> str:
    """The constraint's name by our naming convention; SQLite reports columns: `UNIQUE constraint failed: users.email_key`."""
    subject = message.partition(" constraint failed: ")[2]
    if name == "SQLITE_CONSTRAINT_CHECK":
        return subject
    if name == "SQLITE_CONSTRAINT_UNIQUE":
        table, columns = subject.partition(".")[0], [place.rpartition(".")[2] for place in subject.split(", ")]
        return subject[len("index '") : -1] if subject.startswith("index '") else "_".join(["uq", table, *columns])
    if name in {"SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_ROWID"}:
        return f"pk_{subject.partition('.')[0]}"
    return ""


def is_busy(error: BaseException | None) -> bool:
    """Whether another connection holds the lock."""
    return _code(error) == sqlite3.SQLITE_BUSY


def _code(error: BaseException | None) -> int:
    code: int = getattr(error, "sqlite_errorcode", 0)  # missing on errors of the driver itself
    return code & 0xFF  # the primary result code; the upper bytes refine it


class Connection:
    """A connection for one task at a time. Every method blocks; `limit` is the number of seconds that a statement may take.

    Raises, from every method:
        ConstraintViolation: the statement violates a constraint.
        ServiceUnavailable: the database is locked, full, corrupt or not migrated, or the statement took too long.
    """

    __slots__ = ("_deadline", "_limit", "_raw")

    def __init__(self, path: str, *, limit: float, wait: float) -> None:
        """Open a file; `wait` is the number of seconds that a statement blocks while another connection holds a lock."""
        # isolation_level None: the driver opens no transactions itself. Its deferred ones lose updates.
        self._raw = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False, cached_statements=512)
        self._limit = limit
        self._deadline = 0.0
        self._raw.set_progress_handler(self._overtime, _STEPS)

    def _overtime(self) -> bool:
        # The clock is read here first, not at the start of a statement, so that short statements never read it.
        now = time.monotonic()
        if self._deadline:
            return now > self._deadline
        self._deadline = now + self._limit
        return False

    @property
    def in_transaction(self) -> bool:
        """False also after an error for which SQLite has rolled back the whole transaction."""
        return self._raw.in_transaction

    def one(self, compiled: Compiled[R], parameters: list[Any]) -> R | None:
        """The first row, or None."""
        if compiled.writes:  # a write is complete, with foreign keys checked, only when its last row has been read
            rows = self.all(compiled, parameters)
            return rows[0] if rows else None
        self._deadline = 0.0
        try:
            row = self._raw.execute(compiled.sql, parameters).fetchone()
        except sqlite3.Error as error:
            raise_translated(error)
        return None if row is None else compiled.build(row)

    def all(self, compiled: Compiled[R], parameters: list[Any]) -> list[R]:
        """Every row."""
        self._deadline = 0.0
        try:
            rows = self._raw.execute(compiled.sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise_translated(error)
        return compiled.build_all(rows)

    def run(self, compiled: Compiled[None], parameters: list[Any]) -> int:
        """The number of changed rows."""
        self._deadline = 0.0
        try:
            return self._raw.execute(compiled.sql, parameters).rowcount
        except sqlite3.Error as error:
            raise_translated(error)

    def load(self, sql: str, rows: list[Sequence[Any]]) -> int:
        """Run one INSERT for each row, and return their number."""
        self._deadline = 0.0
        try:
            self._raw.executemany(sql, rows)
        except sqlite3.Error as error:
            raise_translated(error)
        return len(rows)

    def execute(self, sql: str) -> list[Any]:
        """Run SQL such as SAVEPOINT, COMMIT or PRAGMA."""
        self._deadline = 0.0
        try:
            return self._raw.execute(sql).fetchall()
        except sqlite3.Error as error:
            raise_translated(error)

    def begin(self) -> bool:
        """Try to take the write lock without waiting; False if another process holds it."""
        try:
            self._raw.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if is_busy(error):
                return False
            raise_translated(error)
        return True

    def rollback(self) -> None:
        """Roll back the open transaction, if there is one."""
        if self._raw.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file; an open transaction is rolled back."""
        self._raw.close()
