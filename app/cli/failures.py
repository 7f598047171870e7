"""Expected failures in words. Imported when there is one: the modules that define them are then there already."""

from __future__ import annotations

from argon2.exceptions import HashingError
from sqlalchemy.exc import DBAPIError

from accord.document.findings import BindingError, DocumentError
from accord.runtime import ApiError
from app.core.config import Settings
from app.core.errors import DatabaseUnreachable
from app.core.urls.database import describe
from app.migrations import NotMigrated


def lines_of(error: Exception) -> list[str] | None:
    """What to say of an exception that ends a command; None for one that nobody expected, whose traceback is wanted."""
    match error:
        case BindingError() | DocumentError():  # with a line for each place
            lines = str(error).splitlines()
        case DatabaseUnreachable():
            lines = [f"DATABASE_URL: {error}"]
        case ApiError():
            lines = [f"{error.detail} ({error.__cause__})" if error.__cause__ is not None else error.detail]
        case NotMigrated() | OSError() | ValueError():
            lines = [str(error)]
        case HashingError():  # it does not get this much memory
            lines = [f"PASSWORD_MEMORY_KIB: {error}"]
        case DBAPIError():  # its own text is the whole statement
            lines = [f"DATABASE_URL: {describe(Settings().database_url)}: {error.driver_exception or error.orig}"]
        case _:
            return None
    return lines
