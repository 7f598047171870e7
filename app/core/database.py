"""Where statements run. The interface is the same for every database; `connect` chooses one by its URL."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar

from app.core import sqlite
from app.core.statements import Statement

R = TypeVar("R")


class Transaction(Protocol):
    """Statements that take effect together or not at all; each sees what those before it did.

    Raises, from every method:
        Refused: a constraint does not allow it. The transaction can then only be left.
        ServiceUnavailable: the database is out, locked or too slow. Likewise.
    """

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        """The first row, or None."""

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        """Every row."""

    async def run(self, statement: Statement[None], /, **values: object) -> int:
        """How many rows a command changed."""


class Database(Transaction, Protocol):
    """A database. A statement outside `transaction()` is a transaction of its own; a write returns after its commit."""

    @property
    def url(self) -> str:
        """Where it is, for migrations: also tells the file behind `sqlite://`."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """`async with database.transaction() as transaction:` commits at the end of the block, undoes all on an exception.

        Only statements belong in the block: other writers wait for its end. A caller that is cancelled in the block undoes it;
        cancelled during the commit, the work is kept or lost as a whole, like that of a client which left too early to hear.
        """

    async def ping(self) -> None:
        """Read something.

        Raises:
            ServiceUnavailable: it cannot.
        """

    async def close(self) -> None:
        """Finish what was begun, then let go of the database."""


async def connect(url: str, *, statement_timeout: float = 2.0, lock_timeout: float = 5.0) -> Database:
    """Open the database at a URL: `sqlite:///relative.db`, `sqlite:////absolute.db`, or `sqlite://` for a private one.

    `statement_timeout` is the most seconds one statement may take; `lock_timeout` the most seconds to wait for another
    process that writes, and the most seconds for the body of one transaction.

    Raises:
        ValueError: the URL names no database that is known.
        ConnectionError: the database cannot be opened.
    """
    if url.startswith("sqlite:"):
        return await sqlite.connect(url, statement_timeout=statement_timeout, lock_timeout=lock_timeout)
    scheme = url.partition(":")[0]  # nothing else is repeated: a URL may hold a password
    known = "sqlite:///relative.db, sqlite:////absolute.db and sqlite:// (private, in memory)"
    raise ValueError(f"the database URL begins with {scheme!r}; known are {known}")
