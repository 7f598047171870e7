"""PostgreSQL's and asyncpg's errors in the words of this application."""

from __future__ import annotations

from typing import Literal

from asyncpg import InterfaceError, PostgresError
from asyncpg.exceptions import (
    ConnectionDoesNotExistError,
    InternalClientError,
    InvalidCachedStatementError,
    ReadOnlySQLTransactionError,
)

from app.core.errors import ConstraintViolation, ServiceUnavailable, TransactionConflict

_CONSTRAINTS: dict[str, Literal["unique", "foreign key", "check", "not null"]] = {
    "23505": "unique",
    "23503": "foreign key",
    "23001": "foreign key",  # ON DELETE RESTRICT
    "23514": "check",
    "23502": "not null",
}

# A deadlock, a serialization failure: PostgreSQL has undone the transaction so that others could go on.
_CONFLICTS = frozenset({"40001", "40P01"})

SLOW = "The database took too long to answer."
BUSY = "The database is busy. Try again."
OUT = "The database is not available."
CONFLICT = "Others changed the same at the same time; nothing was done. Try again."
LOST = "The connection to the database was lost; nothing was done."
UNKNOWN = "The connection to the database was lost; it is not known whether the change was made."

_DETAILS = {
    "57014": SLOW,  # statement_timeout, or an administrator cancelled it
    "25P03": SLOW,  # idle in transaction
    "25P04": SLOW,  # transaction_timeout
    "55P03": BUSY,  # lock_timeout
    "53100": "The database cannot store more at the moment.",
    "53300": BUSY,  # too many connections
}

# Classes of what an operator heals: connection, resources, intervention, the machine, damage; and a database that is not
# migrated (a table or column that is not there, as SQLite has it) or lacks a grant.
_OUTAGES = (
    "08",
    "53",
    "57",
    "58",
    "XX001",
    "XX002",
    "25006",
    "25P03",
    "25P04",
    "28",
    "3D000",
    "42P01",
    "42703",
    "42501",
    "55P03",
)


def translate(error: Exception) -> Exception:
    """ConstraintViolation, TransactionConflict, ServiceUnavailable, or the error itself if it is a bug of ours."""
    code = error.sqlstate if isinstance(error, PostgresError) and error.sqlstate else ""
    found: Exception
    if code in _CONSTRAINTS:
        found = ConstraintViolation(_CONSTRAINTS[code], str(error), getattr(error, "constraint_name", None) or "")
    elif code in _CONFLICTS:
        found = TransactionConflict(CONFLICT)
    elif code.startswith(_OUTAGES):
        found = ServiceUnavailable(_DETAILS.get(code, OUT))
    elif isinstance(error, TimeoutError):
        found = ServiceUnavailable(SLOW)
    elif isinstance(error, OSError):
        found = ServiceUnavailable(OUT)
    else:
        return error
    found.__cause__ = error
    return found


def is_stale_plan(error: BaseException) -> bool:
    """Whether a migration has changed what a prepared statement returns; it was not executed."""
    return isinstance(error, InvalidCachedStatementError)


def is_read_only(error: BaseException) -> bool:
    """Whether the server has become a standby; the statement was not executed."""
    return isinstance(error, ReadOnlySQLTransactionError)


def is_disconnecting(error: BaseException) -> bool:
    """Whether asyncpg is between two states: it has read why the server leaves, and not yet that it has left."""
    return isinstance(error, InternalClientError)


def is_connection_loss(error: BaseException) -> bool:
    """Whether it says, of a connection which is closed now, that the connection was lost."""
    return isinstance(error, (ConnectionDoesNotExistError, ConnectionError)) or is_unsent(error)


def is_unsent(error: BaseException) -> bool:
    """Whether a loss was noticed before anything was sent."""
    return isinstance(error, InterfaceError) or is_disconnecting(error)
