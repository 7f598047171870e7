"""Translation of PostgreSQL's and asyncpg's errors into those of `app.core.errors`."""

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

# Serialization failure and deadlock: PostgreSQL has rolled the transaction back in favour of another.
_CONFLICTS = frozenset({"40001", "40P01"})

TIMED_OUT = "The database took too long to answer."
BUSY = "The database is busy. Try again."
UNAVAILABLE = "The database is not available."
CONFLICT = "A concurrent change conflicted with this one; nothing was done. Try again."
LOST = "The connection to the database was lost; nothing was done."
OUTCOME_UNKNOWN = "The connection to the database was lost; it is not known whether the change was made."

_DETAILS = {
    "57014": TIMED_OUT,  # statement_timeout, or cancelled by an administrator
    "25P03": TIMED_OUT,  # idle_in_transaction_session_timeout
    "25P04": TIMED_OUT,  # transaction_timeout
    "55P03": BUSY,  # lock_timeout
    "53100": "The database cannot store more at the moment.",
    "53300": BUSY,  # too many connections
}

# SQLSTATEs that an operator has to resolve: connection, resources, intervention, system and corruption errors, timeouts, and a
# database that is read-only, not migrated (a missing table or column) or lacks a grant.
_OUTAGES = (
    *("08", "28", "53", "57", "58"),  # classes
    *("25006", "25P03", "25P04", "3D000", "42501", "42703", "42P01", "55P03", "XX001", "XX002"),
)


def translate(error: Exception) -> Exception:
    """The matching ConstraintViolation, TransactionConflict or ServiceUnavailable; the error itself if it is a bug of ours."""
    code = error.sqlstate if isinstance(error, PostgresError) and error.sqlstate else ""
    found: Exception
    if code in _CONSTRAINTS:
        found = ConstraintViolation(_CONSTRAINTS[code], str(error), getattr(error, "constraint_name", None) or "")
    elif code in _CONFLICTS:
        found = TransactionConflict(CONFLICT)
    elif code.startswith(_OUTAGES):
        found = ServiceUnavailable(_DETAILS.get(code, UNAVAILABLE))
    elif isinstance(error, TimeoutError):
        found = ServiceUnavailable(TIMED_OUT)
    elif isinstance(error, OSError):
        found = ServiceUnavailable(UNAVAILABLE)
    else:
        return error
    found.__cause__ = error
    return found


def is_stale_plan(error: BaseException) -> bool:
    """Whether a migration has invalidated a prepared statement, which was therefore not executed."""
    return isinstance(error, InvalidCachedStatementError)


def is_read_only(error: BaseException) -> bool:
    """Whether the server has become a standby, so that the statement was not executed."""
    return isinstance(error, ReadOnlySQLTransactionError)


def is_disconnecting(error: BaseException) -> bool:
    """Whether the server has announced that it closes the connection, and asyncpg has not seen it closed yet."""
    return isinstance(error, InternalClientError)


def is_connection_loss(error: BaseException) -> bool:
    """Whether an error of a closed connection means that the connection was lost."""
    return isinstance(error, (ConnectionDoesNotExistError, ConnectionError)) or is_unsent(error)


def is_unsent(error: BaseException) -> bool:
    """Whether the loss was noticed before the statement was sent."""
    return isinstance(error, InterfaceError) or is_disconnecting(error)
