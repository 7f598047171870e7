"""Messages for expected exceptions. Imported after a failure, when the modules that define them are loaded anyway."""

from __future__ import annotations

from argon2.exceptions import HashingError
from sqlalchemy.exc import DBAPIError

from accord.document.findings import BindingError, DocumentError
from accord.runtime import ApiError
from app.core.config import Settings
from app.core.errors import DatabaseUnreachable
from app.core.urls.database import describe
from app.migrations import MigrationError


def explain(error: Exception) -> list[str] | None:
    """The lines to print for an exception that ended a command; None for an unexpected one, which needs its traceback."""
    match error:
        case BindingError() | DocumentError():  # one line per place
            lines = str(error).splitlines()
        case DatabaseUnreachable():
            lines = [f"DATABASE_URL: {error}"]
        case ApiError():
            lines = [f"{error.detail} ({error.__cause__})" if error.__cause__ is not None else error.detail]
        case MigrationError() | OSError() | ValueError():
            lines = [str(error)]
        case HashingError():  # argon2 could not allocate its memory
            lines = [f"PASSWORD_MEMORY_KIB: {error}"]
        case DBAPIError():  # its own message repeats the whole statement
            lines = [f"DATABASE_URL: {describe(Settings().database_url)}: {error.driver_exception or error.orig}"]
        case _:
            return None
    return lines
