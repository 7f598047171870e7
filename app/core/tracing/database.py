"""A database whose statements are spans, within the span of a request."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar

from opentelemetry.trace import Span, SpanKind, get_current_span
from sqlalchemy import Dialect, Table
from sqlalchemy.sql.util import find_tables

from app.core.database import Database, Transaction
from app.core.database.sqlite.connection import DIALECT as SQLITE
from app.core.database.statements import Insertion, Statement
from app.core.database.usage import Usage
from app.core.urls.database import is_sqlite

R = TypeVar("R")
Attributes = Mapping[str, str | int]
MakeSpan = Callable[[str, SpanKind, Attributes], AbstractContextManager[Span]]


class _Spans:
    """The span of each statement: its SQL, without values."""

    def __init__(self, make: MakeSpan, dialect: Dialect) -> None:
        self._make, self._dialect = make, dialect
        self._known: dict[Statement[Any], tuple[str, Attributes]] = {}

    def of(self, statement: Statement[Any]) -> AbstractContextManager[object]:
        """The span of a statement. There is none outside a trace, because workers look for work every second."""
        if not get_current_span().is_recording():
            return nullcontext()
        name, attributes = self._known.get(statement) or self._describe(statement)
        return self._make(name, SpanKind.CLIENT, attributes)

    def transaction(self) -> AbstractContextManager[object]:
        """The span of a transaction: all its statements, and its commit."""
        if not get_current_span().is_recording():
            return nullcontext()
        return self._make("transaction", SpanKind.INTERNAL, {"db.system.name": self._dialect.name})

    def _describe(self, statement: Statement[Any]) -> tuple[str, Attributes]:
        operation = statement.core.__visit_name__.upper()
        tables = [table.name for table in find_tables(statement.core, include_crud=True) if isinstance(table, Table)]
        attributes: Attributes = {
            "db.system.name": self._dialect.name,
            "db.operation.name": operation,
            "db.query.text": statement.compiled(self._dialect).sql,
            **({"db.collection.name": tables[0]} if tables else {}),
        }
        described = self._known[statement] = (" ".join([operation, *tables[:1]]), attributes)
        return described


class _TracedTransaction:
    def __init__(self, inner: Transaction, spans: _Spans) -> None:
        self._inner, self._spans = inner, spans

    async def one(self, statement: Statement[R], /, **values: object) -> R | None:
        with self._spans.of(statement):
            return await self._inner.one(statement, **values)

    async def one_with(self, statement: Statement[R], values: Mapping[str, object], *insertions: Insertion) -> R | None:
        with self._spans.of(statement):
            return await self._inner.one_with(statement, values, *insertions)

    async def all(self, statement: Statement[R], /, **values: object) -> list[R]:
        with self._spans.of(statement):
            return await self._inner.all(statement, **values)

    async def run(self, statement: Statement[None], /, **values: object) -> int:
        with self._spans.of(statement):
            return await self._inner.run(statement, **values)


class TracedDatabase(_TracedTransaction):
    """A `Database` that passes everything on to another one."""

    def __init__(self, inner: Database, make: MakeSpan, url: str) -> None:
        super().__init__(inner, _Spans(make, _dialect(url)))
        self._database = inner

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A transaction, as one span with those of its statements."""
        with self._spans.transaction():
            async with self._database.transaction() as transaction:
                yield _TracedTransaction(transaction, self._spans)

    async def load(self, table: Table, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> int:
        """Insert many rows."""
        return await self._database.load(table, columns, rows)

    async def ping(self) -> None:
        """Check that the database answers."""
        await self._database.ping()

    @property
    def usage(self) -> Usage:
        """The usage of its connections."""
        return self._database.usage

    async def close(self) -> None:
        """Close it."""
        await self._database.close()


def _dialect(url: str) -> Dialect:
    if is_sqlite(url):
        return SQLITE
    from app.core.database.postgres.dialect import DIALECT  # noqa: PLC0415 - as asyncpg, only where it is used

    return DIALECT
