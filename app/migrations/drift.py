"""Schema drift: differences between a migrated database and the models and migrations."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, Dialect, Inspector, Table, inspect
from sqlalchemy.exc import SAWarning
from sqlalchemy.types import TypeEngine

from app.core.urls.database import is_postgresql
from app.migrations import path_of, postgres, triggers
from app.migrations.locking import postgresql_engine, sqlite_engine
from app.models import metadata

# The collation of each text column whose collation is not the database's default.
_COLLATIONS = """
SELECT table_name, column_name, collation_name FROM information_schema.columns WHERE table_schema = current_schema()
"""

# Left behind by a failed CREATE INDEX CONCURRENTLY or ADD CONSTRAINT .. NOT VALID: they exist and enforce nothing.
_INVALID = """
SELECT 'index ' || i.relname || ' of ' || t.relname
FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_class t ON t.oid = indrelid
JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = current_schema() AND NOT (indisvalid AND indisready)
UNION ALL
SELECT 'constraint ' || conname || ' of ' || t.relname FROM pg_constraint JOIN pg_class t ON t.oid = conrelid
JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = current_schema() AND NOT convalidated
"""


def find(url: str) -> list[str]:
    """One line per difference, e.g. `missing: column users.bio`. Changes nothing. The database must be up to date.

    CHECK constraints are compared by name and literals, because PostgreSQL rewrites their conditions.

    Raises:
        ValueError: the URL is invalid.
        DatabaseUnreachable: the database cannot be reached.
    """
    if is_postgresql(url):
        return postgres.run(_on_postgresql(url))
    path: Path = path_of(url)
    with sqlite_engine(f"file:{path}?mode=ro&uri=true", "BEGIN") as engine, engine.connect() as connection:
        return _compare(connection)


async def _on_postgresql(url: str) -> list[str]:
    async with postgresql_engine(url) as engine, engine.connect() as connection:
        return await connection.run_sync(_compare)


def _compare(connection: Connection) -> list[str]:
    missing, unexpected, different = set[str](), set[str](), dict[str, str]()
    with warnings.catch_warnings(action="ignore", category=SAWarning):  # about reflected constraints with unknown options
        for kind, subject, details in [
            *_tables(connection),
            *_columns(connection),
            *_constraints(connection),
            *_differences(triggers.expected(connection.dialect.name), triggers.actual(connection)),
        ]:
            if kind == "missing":
                missing.add(subject)
            elif kind == "unexpected":
                unexpected.add(subject)
            else:
                different[subject] = details
    different |= dict.fromkeys(missing & unexpected, "")  # such as an index on other columns
    absent = tuple(f" of {subject.removeprefix('table ')}" for subject in missing if subject.startswith("table "))
    return [
        *(f"missing: {subject}" for subject in sorted(missing - unexpected) if not subject.endswith(absent)),
        *(f"unexpected: {subject}" for subject in sorted(unexpected - missing)),
        *(f"different: {subject}{details}" for subject, details in sorted(different.items())),
    ]


Difference = tuple[str, str, str]


def _tables(connection: Connection) -> Iterator[Difference]:
    """What Alembic compares: tables, columns, NULL, defaults, indexes, unique constraints, foreign keys."""
    context = MigrationContext.configure(connection, opts={"compare_type": False, "compare_server_default": True})
    for found in compare_metadata(context, metadata):
        if isinstance(found, list):
            for what, _, table, column, _, actual, wanted in found:
                words = f" ({what.removeprefix('modify_')} {_word(actual)} instead of {_word(wanted)})"
                yield "different", f"column {table}.{column}", words
            continue
        what, *rest = found
        kind = "missing" if what.startswith("add_") else "unexpected"
        yield kind, _subject(what.partition("_")[2], rest), ""


def _word(value: object) -> str:
    return str(getattr(value, "arg", value)).lower()  # a default is the `arg` of its clause


def _subject(what: str, rest: list[Any]) -> str:
    if what == "table":
        return f"table {rest[0].name}"
    if what == "column":
        return f"column {rest[1]}.{rest[2].name}"
    if what == "index":
        return f"index {rest[0].name} of {rest[0].table.name}"
    if what in {"constraint", "fk"}:
        return f"constraint {rest[0].name} of {rest[0].table.name}"
    return f"{what} {rest[0]}"


def _existing_tables(connection: Connection) -> tuple[Inspector, list[Table]]:
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    return inspector, [table for table in metadata.sorted_tables if table.name in there]


def _columns(connection: Connection) -> Iterator[Difference]:
    """Exact types, which Alembic compares loosely, collations and sequences."""
    inspector, tables = _existing_tables(connection)
    dialect = connection.dialect
    collations: dict[tuple[str, str], str | None] = {}
    if dialect.name == "postgresql":
        collations = {(table, column): name for table, column, name in connection.exec_driver_sql(_COLLATIONS)}
    for table in tables:
        actual = {column["name"]: column for column in inspector.get_columns(table.name)}
        for column in (column for column in table.columns if column.name in actual):
            subject = f"column {table.name}.{column.name}"
            type_ = column.type.dialect_impl(dialect)
            found, expected_type = _spelled(actual[column.name]["type"], dialect), _spelled(type_, dialect)
            if found != expected_type:
                yield "different", subject, f" (type {found} instead of {expected_type})"
            if dialect.name != "postgresql":
                continue
            sorted_by, expected = collations.get((table.name, column.name)), getattr(type_, "collation", None)
            if sorted_by != expected:
                yield "different", subject, f" (collation {sorted_by or 'default'} instead of {expected or 'default'})"
            if column is table.autoincrement_column and not actual[column.name]["autoincrement"]:
                yield "different", subject, " (no sequence)"


def _spelled(type_: TypeEngine[Any], dialect: Dialect) -> str:
    return str(dialect.type_compiler_instance.process(type_)).partition(" COLLATE")[0]


def _constraints(connection: Connection) -> Iterator[Difference]:
    """What Alembic does not compare: names of keys, CHECK constraints, invalid indexes and constraints."""
    inspector, tables = _existing_tables(connection)
    for table in tables:
        yield from _differences(_expected(table, connection), _actual(table.name, inspector, connection))
    if connection.dialect.name == "postgresql":
        yield from (("different", subject, " (not valid)") for (subject,) in connection.exec_driver_sql(_INVALID))


def _expected(table: Table, connection: Connection) -> dict[str, str]:
    """Primary keys, foreign keys and checks of the model, with the literals of their conditions."""
    name_of = connection.dialect.identifier_preparer.format_constraint
    named = {str(name_of(key)): "" for key in table.foreign_key_constraints}
    if connection.dialect.name != "sqlite":  # SQLite drops the name of a primary key with AUTOINCREMENT
        named[str(name_of(table.primary_key))] = ""
    checks = [constraint for constraint in table.constraints if isinstance(constraint, CheckConstraint)]
    named |= {str(name_of(check)): _literals(str(check.sqltext)) for check in checks}
    return {f"constraint {name} of {table.name}": details for name, details in named.items()}


def _actual(table: str, inspector: Inspector, connection: Connection) -> dict[str, str]:
    named: dict[str | None, str] = {key["name"]: "" for key in inspector.get_foreign_keys(table)}
    if connection.dialect.name != "sqlite":
        named[inspector.get_pk_constraint(table)["name"]] = ""
    named |= {check["name"]: _literals(check["sqltext"]) for check in inspector.get_check_constraints(table)}
    return {f"constraint {name} of {table}": details for name, details in named.items()}


def _literals(condition: str) -> str:
    return " ".join(sorted(re.findall(r"'(?:[^']|'')*'|\b\d+\b", condition)))


def _differences(expected: dict[str, str], actual: dict[str, str]) -> Iterable[Difference]:
    yield from (("missing", subject, "") for subject in expected.keys() - actual.keys())
    yield from (("unexpected", subject, "") for subject in actual.keys() - expected.keys())
    yield from (
        ("different", subject, "") for subject in expected.keys() & actual.keys() if expected[subject] != actual[subject]
    )
