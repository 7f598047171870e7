"""Valid rows for any table, derived from the models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Boolean, Column, String, Table

from app.models import Base, metadata
from app.models.base import UtcDateTime
from tests.support.resources import resource_data

NOW = "2026-02-06T10:30:00.000000+00:00"


def _parameters() -> Iterator[tuple[str, Table]]:
    """Whole names of models first; a shorter name is that of the first model that ends with it."""
    tables = {mapper.class_.__name__: metadata.tables[mapper.class_.__tablename__] for mapper in Base.registry.mappers}
    words = {name: re.findall("[A-Z][a-z]*", name) for name, table in sorted(tables.items()) if "id" in table.c}
    for start in range(max(map(len, words.values()))):
        for name, parts in words.items():
            if parts[start:]:
                yield "_".join(parts[start:]).lower() + "_id", tables[name]


# The tables whose rows are named in paths, by the name of the parameter: `post_id` is the id of a row of the model Post, and
# `key_id` that of an ApiKey.
NAMED: dict[str, Table] = {}
for _name, _table in _parameters():
    NAMED.setdefault(_name, _table)


def row(table: Table, number: int, **columns: Any) -> dict[str, Any]:
    """The columns of the row with this id; its foreign keys refer to row 1."""
    said = {**resource_data("ROWS").get(table.name, lambda _: {})(number), **columns}
    made = {column.name: _value(column, number) for column in table.columns if not column.nullable or column.primary_key}
    return {**made, **said}


def _value(column: Column[Any], number: int) -> Any:
    if column.foreign_keys:
        return 1
    if column.default is not None and column.default.is_scalar:
        return column.default.arg  # type: ignore[attr-defined] # a scalar default has it
    if isinstance(column.type, UtcDateTime):
        return NOW
    if isinstance(column.type, Boolean):
        return True
    if not isinstance(column.type, String):
        return number
    return f"{column.name} {number}" if column.unique or column.primary_key else "Text."


def owner(table: Table) -> str | None:
    """The column with the owner's user id; for users, their own id."""
    if table.name == "users":
        return "id"
    return next((column.name for column in table.columns if _refers(column, "users")), None)


def parents(table: Table) -> Iterator[Table]:
    """The tables that a table references."""
    yield from {key.column.table for column in table.columns for key in column.foreign_keys}


def _refers(column: Column[Any], table: str) -> bool:
    return any(key.column.table.name == table for key in column.foreign_keys)


def insertion(table: Table, values: dict[str, Any], suffix: str = "") -> tuple[str, list[Any]]:
    """The INSERT statement of a row, and its parameters."""
    marks = ", ".join("?" for _ in values)
    return f"INSERT INTO {table.name} ({', '.join(values)}) VALUES ({marks}){suffix}", list(values.values())  # noqa: S608 - our names
