"""Every statement of the services on both databases, run by `app.core.database` and by SQLAlchemy's engine, with equal results.

Statements are found, not listed. One that finds nothing with what is made up for it, and a function that makes statements and
has no SHAPES, make the test fail by their names: the remedy is a line in `cases.py`.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import importlib
import itertools
import pkgutil
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import pytest
from sqlalchemy import Connection, Engine, Select, create_engine, event, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler

from app import services
from app.core.database import Database, Transaction, connect
from app.core.database.postgres.dialect import DIALECT
from app.core.database.statements import Statement, statement
from app.core.errors import ConstraintViolation
from app.migrations import run
from app.models import Counter, metadata
from app.models.base import UtcDateTime
from tests.app.services.cases import OTHERS, SHAPES, VALUES, data
from tests.support.servers.postgres import Running

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

CASES = 3
# A function of more statements than this gives each of them one of the cases, by turns, and its test is divided.
MANY = 200

# Statements that find nothing whatever they are given.
QUIET: set[str] = set()


def found_statements() -> dict[str, list[tuple[str, Statement[Any]]]]:
    """All statements of the services, by the name of their constant or function, with its arguments."""
    found: dict[str, list[tuple[str, Statement[Any]]]] = {}
    known: set[int] = set()  # one that several modules import is one
    modules = list(pkgutil.walk_packages(services.__path__, "app.services."))
    for module in sorted(modules, key=lambda module: not module.name.endswith("queries")):
        for name, value in vars(importlib.import_module(module.name)).items():
            if id(value) in known:
                continue
            known.add(id(value))
            place = f"{module.name.removeprefix('app.services.')}.{name}"
            if hasattr(value, "cache_info") and value.__module__ == module.name:
                made = str(value.__annotations__.get("return"))
                if "Statement" in made or "Listing" in made:
                    calls = SHAPES.get(place, [])
                    found[place] = [
                        (f"{arguments}{named}", one) for arguments, named in calls for one in within(value(*arguments, **named))
                    ]
            elif not name.startswith("__") and (here := [("", one) for one in within(value)]):
                found[place] = here
    return found


def within(value: Any) -> Iterator[Statement[Any]]:
    """The statements in a value: itself, or in its fields, however deep."""
    if isinstance(value, Statement):
        yield value
    elif isinstance(value, dict):
        yield from itertools.chain.from_iterable(map(within, value.values()))
    elif isinstance(value, (list, tuple, set, frozenset)):
        yield from itertools.chain.from_iterable(map(within, value))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from itertools.chain.from_iterable(within(getattr(value, field.name)) for field in dataclasses.fields(value))


STATEMENTS = found_statements()


def cases(one: Statement[Any]) -> list[dict[str, Any]]:
    """The values with which a statement is run."""
    compiler = one.core.compile(dialect=DIALECT)
    assert isinstance(compiler, SQLCompiler)
    needed = {
        name: datetime if isinstance(bind.type, UtcDateTime) else bind.type.python_type
        for name, bind in compiler.binds.items()
        if bind.required
    }
    fitting = {name: values_of(name, kind) for name, kind in needed.items()}
    return [{name: values[case % len(values)] for name, values in fitting.items()} for case in range(CASES if needed else 1)]


def values_of(name: str, kind: type) -> list[Any]:
    if name not in VALUES:
        assert kind in OTHERS, (
            f"write VALUES[{name!r}] into tests/app/services/cases.py: nothing is made up for a {kind.__name__}"
        )
        return list(OTHERS[kind])
    return [value for value in VALUES[name] if value is None or isinstance(value, kind)]


class Outcome(NamedTuple):
    rows: Any
    tables: Any


class Undone(Exception):
    """Rolls back a transaction."""


DUMP = {
    table.name: statement(
        select(*table.c).order_by(*table.primary_key)
        if table is not Counter.__table__  # its slots differ
        else select(Counter.name, func.sum(Counter.number)).group_by(Counter.name).order_by(Counter.name),
        lambda *columns: columns,
    )
    for table in metadata.sorted_tables
}


def plain(one: Statement[Any], rows: list[Any]) -> Any:
    """Rows that can be compared."""
    found = [tuple(map(settled, fields(row))) for row in rows]
    if isinstance(one.core, Select) and one.core._order_by_clauses:  # noqa: SLF001 - there is no public attribute
        return found
    if isinstance(one.core, Select) and one.core._limit_clause is not None:  # noqa: SLF001
        return len(found)  # any of them will do
    return sorted(found, key=repr)


def fields(row: Any) -> tuple[Any, ...]:
    if isinstance(row, msgspec.Struct):
        return msgspec.structs.astuple(row)
    if dataclasses.is_dataclass(row) and not isinstance(row, type):
        return dataclasses.astuple(row)
    return tuple(row) if isinstance(row, tuple) else (row,)


def settled(value: Any) -> Any:
    """A default that reads the clock gives another value each time."""
    if isinstance(value, datetime) and abs(datetime.now(UTC) - value) < timedelta(hours=1):
        return "now"
    return int(value) if type(value).__name__ == "Decimal" else value


@contextlib.asynccontextmanager
async def connected(url: str) -> AsyncIterator[Database]:
    database = await connect(url)
    try:
        yield database
    finally:
        await database.close()


async def natively(database: Database, one: Statement[Any], values: dict[str, Any]) -> Outcome:
    outcome = Outcome("refused", None)
    with contextlib.suppress(Undone, ConstraintViolation):
        async with database.transaction() as transaction:
            if len(one.core.exported_columns):
                rows = plain(one, await transaction.all(one, **values))
            else:
                rows = await transaction.run(one, **values)
            outcome = Outcome(rows, await dumped(transaction) if one.writes else None)
            raise Undone
    return outcome


async def dumped(transaction: Transaction) -> Any:
    return {name: [tuple(map(settled, row)) for row in await transaction.all(dump)] for name, dump in DUMP.items()}


def filled_in(one: Statement[Any], values: dict[str, Any]) -> Any:
    """The expression with its values: as parameters, their names would be taken for columns of an INSERT."""

    def fill(bind: Any) -> None:
        if bind.required:
            bind.value, bind.required = values[bind.key], False

    return visitors.cloned_traverse(one.core, {}, {"bindparam": fill})


def by_sqlalchemy(engine: Engine, one: Statement[Any], core: Any) -> Outcome:
    outcome = Outcome("refused", None)
    with contextlib.suppress(Undone, IntegrityError), engine.begin() as connection:
        result = connection.execute(core)
        gives = len(one.core.exported_columns)
        rows = plain(one, [one.row(*row) for row in result.all()]) if gives else result.rowcount
        outcome = Outcome(rows, dumped_by_sqlalchemy(connection) if one.writes else None)
        raise Undone
    return outcome


def dumped_by_sqlalchemy(connection: Connection) -> Any:
    return {name: [tuple(map(settled, row)) for row in connection.execute(dump.core)] for name, dump in DUMP.items()}


class Four(NamedTuple):
    """The same data four times."""

    server: Running
    names: tuple[str, str]
    urls: tuple[str, str]
    engines: tuple[Engine, Engine]

    def rewind(self) -> None:
        """The next ids: a sequence of PostgreSQL is not undone with its transaction."""
        tables = ", ".join(f"('{table.name}')" for table in metadata.sorted_tables if "id" in table.c)
        for name in self.names:
            self.server.execute(f"SELECT setval(pg_get_serial_sequence(t, 'id'), 100) FROM (VALUES {tables}) AS s (t)", name)  # noqa: S608 - our names


@pytest.fixture(scope="module")
def four(postgres: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Four]:
    folder = tmp_path_factory.mktemp("differential")
    names = (f"differential_{folder.name}".replace("-", "_"), f"differential_{folder.name}_2".replace("-", "_"))
    file = f"sqlite:///{folder}/ours.db"
    server = postgres.create(names[0])
    for url in (file, server):
        run.upgrade(url)
        asyncio.run(filled(url))
    shutil.copy(folder / "ours.db", folder / "theirs.db")
    postgres.create(names[1], template=names[0])
    engines = (
        create_engine(f"sqlite:///{folder}/theirs.db", connect_args={"isolation_level": None}),
        create_engine(postgres.url(names[1]).replace("postgresql:", "postgresql+psycopg:", 1)),
    )
    event.listen(engines[0], "connect", lambda raw, _: raw.execute("PRAGMA foreign_keys = ON"))
    event.listen(engines[0], "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    yield Four(postgres, names, (file, server), engines)
    for engine in engines:
        engine.dispose()
    for name in names:
        postgres.drop(name)


async def filled(url: str) -> None:
    """Rows of every table; ids end at 100, whence `rewind` goes on."""
    tables = metadata.tables
    async with connected(url) as database:
        for name, rows in data().items():
            columns = list(rows[0])
            await database.load(tables[name], columns, [[row[column] for column in columns] for row in rows])


def test_every_statement_is_found():
    assert {place for place, found in STATEMENTS.items() if not found} == set(), "these need SHAPES"
    assert {
        "users.queries.SELECT_USER",
        "users.queries.update_user",
        "posts.queries.INSERT_POST",
        "users.list_queries.users_listing",
    } <= STATEMENTS.keys()
    assert set(SHAPES) <= STATEMENTS.keys()


def test_every_table_has_rows():
    assert set(data()) | {"counters"} == set(metadata.tables)


PARTS = [(place, first) for place, found in STATEMENTS.items() for first in range(0, max(1, len(found)), MANY)]


@pytest.mark.parametrize(("place", "first"), PARTS)
async def test_the_rows_are_the_same(place: str, first: int, four: Four):
    found = STATEMENTS[place]
    reached = False
    async with contextlib.AsyncExitStack() as open_:
        databases = [await open_.enter_async_context(connected(url)) for url in four.urls]
        for number, (made_by, one) in enumerate(found[first : first + MANY]):
            every = cases(one)
            for values in every if len(found) <= MANY else [every[number % len(every)]]:
                where = f"{place}{made_by} with {values}:\n{one.compiled(DIALECT).sql}"
                outcome = await agreed(four, databases, one, values, where)
                reached = reached or outcome.rows not in ([], 0, "refused")
    assert reached or place in QUIET, f"no case of {place} finds or changes anything"


MERGING = [place for place, found in STATEMENTS.items() if any(one.batchable for _, one in found)]


@pytest.mark.parametrize("place", MERGING)
async def test_concurrent_callers_get_the_same_rows_as_single_ones(place: str, four: Four):
    async with connected(four.urls[1]) as database:
        for _, one in STATEMENTS[place]:
            if one.batchable:
                every = cases(one)
                alone = [await database.one(one, **values) for values in every]

                together = await asyncio.gather(*(database.one(one, **values) for values in every * 10))

                assert together == alone * 10


async def agreed(four: Four, databases: list[Database], one: Statement[Any], values: dict[str, Any], where: str) -> Outcome:
    """The outcome, which must be the same in all four."""
    if one.writes:
        four.rewind()
    ours = [await natively(database, one, values) for database in databases]
    core = filled_in(one, values)
    theirs = [by_sqlalchemy(engine, one, core) for engine in four.engines]
    assert ours[0] == ours[1], f"SQLite and PostgreSQL differ in {where}"
    for product, our, their in zip(("SQLite", "PostgreSQL"), ours, theirs, strict=True):
        counted = their.rows != -1  # of an INSERT SQLAlchemy does not always count the rows
        assert our.tables == their.tables, f"SQLAlchemy's engine changes other rows on {product} in {where}"
        assert our.rows == their.rows or not counted, f"SQLAlchemy's engine differs on {product} in {where}"
    return ours[0]
